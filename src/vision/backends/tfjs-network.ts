/** A CNN on TensorFlow.js, in the thread that calls. Knows not what TensorFlow.js runs on. */
import type { CnnDescription, Network, Tf } from '../network.ts';

/**
 * Opens a CNN on tfjs' current backend.
 *
 * @throws InputError when the weights can't be loaded
 */
export async function openTfjsNetwork(
  tf: Tf,
  { openOnTfjs, preprocessing: { size }, normalisation: { mean, scale } }: CnnDescription,
): Promise<Network> {
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
