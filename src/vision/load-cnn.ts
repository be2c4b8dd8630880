/** Which CNNs there are, by the names that `--cnn` takes. */
import type { Cnn } from './cnn.ts';
import { loadEfficientnet } from './efficientnet.ts';
import { hostedMobilenet, localMobilenet } from './mobilenet.ts';
import type { TfjsChoice } from './tfjs.ts';

/**
 * Finds a CNN and says what it is; its weights and TensorFlow.js are loaded later, when they are needed.
 *
 * @param choice
 *   - `efficientnet-lite2` ships with the package (default)
 *   - `mobilenet-v1`, `mobilenet-v2`: @tensorflow-models/mobilenet, which downloads 17 or 14 MB at each start
 *   - anything else: the folder of a MobileNet's model.json
 * @throws InputError when a folder does not hold what it should
 */
export async function loadCnn(choice = 'efficientnet-lite2', tfjs: TfjsChoice = 'auto'): Promise<Cnn> {
  switch (choice) {
    case 'efficientnet-lite2':
      return loadEfficientnet(tfjs);
    case 'mobilenet-v1':
    case 'mobilenet-v2':
      return hostedMobilenet(choice, tfjs);
    default:
      return localMobilenet(choice, tfjs);
  }
}
