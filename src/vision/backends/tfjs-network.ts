/** A CNN on TensorFlow.js, in the thread that calls. Knows not what TensorFlow.js runs on. */
import type { CnnDescription, Network, Tf } from '../network.ts';
import { stacked } from '../pixels.ts';

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
    async features(pictures) {
      const N = pictures.length;
      const bytes = stacked(pictures);
      const input = new Float32Array(bytes.length);
      for (let i = 0; i < bytes.length; i++) input[i] = normalised[bytes[i]!]!;
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
