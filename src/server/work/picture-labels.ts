/** Labels of pictures for requests: a labeller and the CNN that it sees by. Knows no threads and no HTTP. */
import { InputError } from '../../base/errors.ts';
import { runInTurns } from '../../base/steps.ts';
import type { Engine } from '../../compute/engine.ts';
import { loadCnnOfLabeller } from '../../sequences/data/pictures.ts';
import { type Labelled, labelled } from '../../sequences/labelled.ts';
import { SequenceLabeller } from '../../sequences/labeller.ts';
import type { Cnn } from '../../vision/cnn.ts';
import type { CnnBackend } from '../../vision/cnn-backends.ts';
import type { Pixels, Preprocessing } from '../../vision/pixels.ts';
import { Batches, type BatchLimits } from './batches.ts';
import { type LabellerInfo, labellerInfo } from './labels.ts';

interface Seen {
  pixels: Pixels;
  name: string;
}

export class PictureLabeller {
  readonly #labeller: SequenceLabeller;
  readonly #cnn: Cnn;
  readonly #batches: Batches<Seen, Labelled>;

  constructor(labeller: SequenceLabeller, cnn: Cnn, batch: BatchLimits) {
    this.#labeller = labeller;
    this.#cnn = cnn;
    this.#batches = new Batches(batch, (seen) => this.#labelBatch(seen));
  }

  /** Opens a labeller of pictures. @throws InputError when its files, or those of its CNN, are at fault; or it reads clips */
  static async open(
    folder: string,
    { engine, cnnBackend, batch }: { engine: Engine; cnnBackend: CnnBackend; batch: BatchLimits },
  ): Promise<PictureLabeller> {
    const labeller = await SequenceLabeller.load(folder, engine);
    if (labeller.config.task === 'tag') {
      throw new InputError(`the model in ${folder} labels frames of clips`, { expected: 'one that labels pictures' });
    }
    const { cnn } = await loadCnnOfLabeller(labeller.config, cnnBackend, engine);
    await cnn.load();
    return new PictureLabeller(labeller, cnn, batch);
  }

  get info(): LabellerInfo {
    return labellerInfo(this.#labeller);
  }

  get preprocessing(): Preprocessing {
    return this.#cnn.preprocessing;
  }

  /** The label of a picture. @throws the signal's reason */
  label(pixels: Pixels, name: string, signal: AbortSignal): Promise<Labelled> {
    return this.#batches.add({ pixels, name }, signal);
  }

  async #labelBatch(seen: readonly Seen[]): Promise<PromiseSettledResult<Labelled>[]> {
    const D = this.#cnn.featureSize;
    const features = await this.#cnn.features(seen.map(({ pixels }) => pixels));
    const vectors = seen.map((_, i) => features.slice(i * D, (i + 1) * D));
    const predicted = await runInTurns(this.#labeller.predictSteps(vectors));
    return seen.map(({ name }, i) => {
      const value = labelled({ file: name }, this.#labeller, predicted[i]![0]!);
      return { status: 'fulfilled', value };
    });
  }
}
