/** Which CNNs there are, by the names that `--cnn` takes. */
import type { Cnn } from './cnn.ts';
import type { CnnBackend } from './cnn-backends.ts';
import { loadEfficientnet } from './efficientnet.ts';
import { hostedMobilenet, localMobilenet } from './mobilenet.ts';

/**
 * Finds a CNN and says what it is; its weights and its backend are loaded later, when they are needed.
 *
 * @param choice
 *   - `efficientnet-lite2` ships with the package (default)
 *   - `mobilenet-v1`, `mobilenet-v2`: @tensorflow-models/mobilenet, which downloads 17 or 14 MB at each start
 *   - anything else: the folder of a MobileNet's model.json
 * @throws InputError when a folder does not hold what it should, or a MobileNet is to run on onnxruntime
 */
export async function loadCnn(choice = 'efficientnet-lite2', backend: CnnBackend = 'auto'): Promise<Cnn> {
  switch (choice) {
    case 'efficientnet-lite2':
      return loadEfficientnet(backend);
    case 'mobilenet-v1':
    case 'mobilenet-v2':
      return hostedMobilenet(choice, backend);
    default:
      return localMobilenet(choice, backend);
  }
}
