/** From the name of a CNN to what computes features. Knows no backend by its name. */
import type { Engine } from '../compute/engine.ts';
import { type Cnn, createCnn } from './cnn.ts';
import type { CnnBackend } from './cnn-backends.ts';
import { CNN_NAMES, describeCnn } from './networks/describe-cnn.ts';
import { efficientnet } from './networks/efficientnet.ts';
import { Tagger } from './tagger.ts';

/**
 * Finds a CNN and says what it is; its weights and its backend are loaded later, when they are needed.
 *
 * @param choice
 *   - `efficientnet-lite2` ships with the package (default)
 *   - `mobilenet-v1`, `mobilenet-v2`: @tensorflow-models/mobilenet, which downloads 17 or 14 MB at each start
 *   - anything else: the folder of a MobileNet's model.json
 * @param engine whose threads and memory the CNN shares where it runs on the backend `engine`; by default it has its own
 * @throws InputError when a folder does not hold what it should, or the CNN does not run on the backend
 */
export async function loadCnn(
  choice = 'efficientnet-lite2',
  backend: CnnBackend = 'auto',
  engine?: Engine,
): Promise<Cnn> {
  return createCnn(await describeCnn(choice), backend, engine);
}

/**
 * As `loadCnn`, for a CNN that has learned and lies in a folder (`cnn-files.ts`): one of the family that the engine learns.
 *
 * @throws InputError when the folder does not hold what it should
 */
export async function loadCnnIn(folder: string, backend: CnnBackend = 'auto', engine?: Engine): Promise<Cnn> {
  return createCnn(await efficientnet(folder), backend, engine);
}

/**
 * What names the classes that a CNN was trained to tell apart, also where it has learned with a captioner since.
 *
 * @param backend and `engine` as for the CNN
 * @returns undefined when it comes without a classifier
 */
export async function loadTagger(cnn: Cnn, backend: CnnBackend = 'auto', engine?: Engine): Promise<Tagger | undefined> {
  if (cnn.openClassifier) return new Tagger(cnn.openClassifier);
  if (!CNN_NAMES.includes(cnn.name)) return undefined;
  const original = await loadCnn(cnn.name, backend, engine);
  return original.openClassifier && new Tagger(original.openClassifier, original);
}
