import { fileURLToPath } from 'node:url';
import { InputError } from '../base/errors.ts';
import type { Engine } from '../compute/engine.ts';
import type { Cnn } from '../vision/cnn.ts';
import { loadCnn } from '../vision/load-cnn.ts';
import type { TfjsChoice } from '../vision/tfjs.ts';
import { Captioner } from './captioner.ts';

/** The captioner that ships with the package. */
export const SHIPPED_CAPTIONER = fileURLToPath(new URL('../../data/captioner', import.meta.url));

/**
 * Opens a captioner and the CNN that it was trained with.
 *
 * @param folder of the model; the captioner that ships by default
 * @throws InputError when a file of the model is at fault, or the CNN installed now would give other features
 */
export async function openCaptioner(
  engine: Engine,
  { folder = SHIPPED_CAPTIONER, tfjs = 'auto' }: { folder?: string | undefined; tfjs?: TfjsChoice } = {},
): Promise<{ captioner: Captioner; cnn: Cnn }> {
  const captioner = await Captioner.load(folder, engine);
  const { cnn: name, key } = captioner.config.pictures;
  const cnn = await loadCnn(name, tfjs);
  if (cnn.key === key) return { captioner, cnn };
  throw new InputError(`the captioner in ${folder} was trained with another ${name}`, {
    found: cnn.key,
    expected: key,
    advice: 'Train it again, or use the version of this package that it was trained with.',
  });
}
