/** A CNN on TensorFlow.js, in the thread that calls. */
import type { CnnDescription, Network } from '../cnn.ts';
import { loadTfjs, type TfjsBackend } from './tfjs.ts';

/** @throws InputError when the backend or the weights can't be loaded */
export async function openTfjsNetwork(
  { openOnTfjs, preprocessing: { size }, normalisation: { mean, scale } }: CnnDescription,
  backend: TfjsBackend,
): Promise<Network> {
  const { tf } = await loadTfjs(backend);
  const network = await openOnTfjs(tf);
  const normalised = Float32Array.from({ length: 256 }, (_, byte) => (byte - mean) / scale);
  return {
    async features(pictures, N) {
      const input = new Float32Array(pictures.length);
      for (let i = 0; i < pictures.length; i++) input[i] = normalised[pictures[i]!]!;
      const features = tf.tidy(() => network.features(tf.tensor4d(input, [N, size, size, 3])));
      try {
        return (await features.data()) as Float32Array;
      } finally {
        features.dispose();
      }
    },
    dispose: () => network.dispose(),
  };
}
