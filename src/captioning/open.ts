/** Opening captioners together with the CNN that they were trained with. */
import { InputError } from '../base/errors.ts';
import { fileIn, inPackage } from '../base/files.ts';
import type { Engine } from '../compute/engine.ts';
import { readConfig } from '../model/model-folder.ts';
import type { Cnn } from '../vision/cnn.ts';
import type { CnnBackend } from '../vision/cnn-backends.ts';
import { loadCnn, loadCnnIn } from '../vision/load-cnn.ts';
import { preprocessingKey } from '../vision/pixels.ts';
import type { CaptionWriter } from './caption.ts';
import { Captioner } from './captioner.ts';
import { type CaptionConfig, captionConfigSchema } from './config.ts';
import { CaptionerEnsemble } from './ensemble.ts';

/** The folder of the captioner that ships with the package. */
export function shippedCaptioner(): string {
  return inPackage('data/captioner');
}

/** The CNN of a captioner, as `loadCnnOf` gives it; or what it runs on. */
export interface CnnOptions {
  cnn?: Cnn;
  cnnBackend?: CnnBackend;
}

/**
 * Opens a captioner with the CNN that it was trained with.
 *
 * @param options `folder` of the model; by default that of the captioner that ships
 * @throws InputError when a file of the model is at fault, or the CNN installed now would give other features
 */
export async function openCaptioner(
  engine: Engine,
  { folder = shippedCaptioner(), cnn, cnnBackend }: CnnOptions & { folder?: string | undefined } = {},
): Promise<{ captioner: Captioner; cnn: Cnn }> {
  const captioner = await Captioner.load(folder, engine);
  const opened = cnn ?? (await openCnn(folder, captioner.config, cnnBackend, engine));
  refuseOtherCnn(opened, captioner.config, folder);
  return { captioner, cnn: opened };
}

/**
 * Opens captioners that write together, with the CNN that all of them were trained with.
 *
 * @param options `folders` of the models; by default the captioner that ships alone
 * @throws InputError as `openCaptioner` does, and when their CNNs or their vocabularies differ
 */
export async function openCaptioners(
  engine: Engine,
  { folders = [], ...options }: CnnOptions & { folders?: readonly string[] | undefined } = {},
): Promise<{ captioner: CaptionWriter; cnn: Cnn }> {
  const [first = shippedCaptioner(), ...others] = folders;
  const { captioner, cnn } = await openCaptioner(engine, { folder: first, ...options });
  const members = new Map([[first, captioner]]);
  for (const folder of others) {
    const other = await Captioner.load(folder, engine);
    refuseOtherCnn(cnn, other.config, folder, `Captioners that write together see by the same CNN, here ${first}'s.`);
    members.set(folder, other);
  }
  return { captioner: new CaptionerEnsemble(members), cnn };
}

/** The CNN that the captioner in `folder` was trained with. @param engine as `loadCnn` takes it */
export async function loadCnnOf(folder: string, cnnBackend: CnnBackend, engine?: Engine): Promise<Cnn> {
  return openCnn(folder, await readConfig(folder, captionConfigSchema), cnnBackend, engine);
}

async function openCnn(
  folder: string,
  { pictures }: CaptionConfig,
  backend?: CnnBackend,
  engine?: Engine,
): Promise<Cnn> {
  if (pictures.folder === undefined) return loadCnn(pictures.cnn, backend, engine);
  return loadCnnIn(fileIn(folder, pictures.folder), backend, engine);
}

/**
 * Refuses a CNN that is not the one a captioner was trained with.
 *
 * @param folder of the captioner, for the error
 * @throws InputError when its features differ
 */
export function refuseOtherCnn(
  cnn: Cnn,
  { pictures }: CaptionConfig,
  folder: string,
  advice = 'Use the CNN and the version of this package that it was trained with, or train it again.',
): void {
  const [found, expected] = [cnn, pictures].map(
    ({ key, preprocessing }) => `${key} on ${preprocessingKey(preprocessing)} pictures`,
  );
  if (found === expected) return;
  throw new InputError(`the captioner in ${folder} was trained with another CNN`, { found, expected, advice });
}
