/** A trained model of sequences: predicts a label for each, or one for each of their steps. Knows nothing of training. */
import { partOf, runAtOnce, type Steps } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import { readConfig, readVocabulary, readWeights, type SavedModel, saveModel } from '../model/model-folder.ts';
import { SequenceModel } from '../model/sequence-model.ts';
import { standardisationOf, standardisationTensors } from '../model/standardisation.ts';
import { resetState, type StackState } from '../nn/state.ts';
import { packInputs, SequenceCoder } from './coder.ts';
import { type SequenceConfig, sequenceConfigSchema, vectorSizeOf } from './config.ts';
import type { Inputs } from './data/example.ts';

export interface Prediction {
  /** The likeliest label. */
  label: string;
  /** Its probability. */
  probability: number;
  /** The probabilities of all labels, in the order of the model's. */
  probabilities: Float32Array;
}

/** How many sequences are read at once. */
const AT_ONCE = 64;

/** A model with the coder and the config that using it takes. */
export class SequenceLabeller {
  readonly config: SequenceConfig;
  readonly coder: SequenceCoder;
  readonly model: SequenceModel;
  #state: StackState | undefined;

  constructor(config: SequenceConfig, coder: SequenceCoder, model: SequenceModel) {
    this.config = config;
    this.coder = coder;
    this.model = model;
  }

  /** Reads the model in a folder. @throws InputError that names the file at fault */
  static async load(folder: string, engine: Engine): Promise<SequenceLabeller> {
    const config = await readConfig(folder, sequenceConfigSchema);
    const { shape, labels } = config;
    const { reads } = shape;
    const model = new SequenceModel(engine, shape);
    const vocabulary = 'vocabulary' in reads ? await readVocabulary(folder, reads.vocabulary) : undefined;
    const extra = await readWeights(folder, model.parameters);
    const D = vectorSizeOf(reads);
    const stored = extra.has('inputs.mean') ? standardisationOf(extra, D, folder, 'inputs') : undefined;
    const coder = new SequenceCoder(
      labels,
      vocabulary ? { vocabulary } : { D, standardisation: stored, oneStep: 'glimpses' in reads },
    );
    return new SequenceLabeller(config, coder, model);
  }

  /** Writes the model's folder, with these scores. @throws InputError when a file can't be written */
  async save(folder: string, scores: SequenceConfig['scores'] = this.config.scores): Promise<void> {
    const { vocabulary, standardisation } = this.coder;
    const saved: SavedModel = { config: { ...this.config, scores }, vocabulary, model: this.model };
    await saveModel(folder, saved, { extra: standardisation && standardisationTensors(standardisation, 'inputs') });
  }

  /**
   * The predictions of each sequence: one, or one for each step.
   *
   * @throws InputError when a sequence is not of the kind that the model has learned to read
   */
  predict(sequences: readonly Inputs[]): Prediction[][] {
    return runAtOnce(this.predictSteps(sequences));
  }

  /** `predict`, a few sequences at a time. */
  *predictSteps(sequences: readonly Inputs[]): Steps<Prediction[][]> {
    const found: Prediction[][] = [];
    for (let start = 0; start < sequences.length; start += AT_ONCE) {
      const share = start / sequences.length;
      yield share;
      found.push(...(yield* partOf(this.#predictAtOnce(sequences.slice(start, start + AT_ONCE)), share, share)));
    }
    return found;
  }

  *#predictAtOnce(sequences: readonly Inputs[]): Steps<Prediction[][]> {
    const { coder, model } = this;
    const coded = sequences.map((inputs) => coder.encode(inputs));
    const { order, ...batch } = packInputs(coded, coder.D);
    this.#state ??= model.newState(AT_ONCE);
    resetState(this.#state);
    const logProbs = yield* model.logProbsSteps(batch, this.#state);
    const found: Prediction[][] = sequences.map(() => []);
    const { counts, starts } = batch.packing;
    const written = model.shape.writes === 'each' ? counts : counts.slice(0, 1);
    for (const [t, count] of written.entries()) {
      for (let n = 0; n < count; n++) found[order[n]!]!.push(this.#at(logProbs, starts[t]! + n));
    }
    return found;
  }

  /** The prediction of one row of [M or N, labels]. */
  #at(logProbs: Float32Array, row: number): Prediction {
    const { labels } = this.coder;
    const probabilities = logProbs.slice(row * labels.length, (row + 1) * labels.length).map(Math.exp);
    const best = probabilities.indexOf(Math.max(...probabilities));
    return { label: labels[best]!, probability: probabilities[best]!, probabilities };
  }
}
