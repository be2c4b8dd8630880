import { Random } from '../base/random.ts';
import type { TokenBatch } from '../model/language-model.ts';
import { packedSequences } from '../nn/packing.ts';
import { resetState } from '../nn/state.ts';
import type { TrainingTask, Validation } from '../training/task.ts';
import type { Captioner } from './captioner.ts';
import type { CaptionSettings } from './config.ts';
import { scoreOnPictures } from './evaluate.ts';
import { encodeCaption, specialIds } from './vocabulary.ts';

/** Pictures with standardised features and their captions. */
export interface CaptionedFeatures {
  /** [P, D] */
  features: Float32Array;
  /** The mirror images' [P, D]. */
  mirrored?: Float32Array | undefined;
  /** What people wrote about each picture, and its name. */
  captions: readonly (readonly string[])[];
  names: readonly string[];
}

/** One caption to be learned. */
interface Example {
  picture: number;
  /** START, words. */
  inputs: number[];
  /** Words, END. */
  targets: number[];
}

const SAMPLES = 5;

/** Learning to write the captions of pictures. */
export function captionTask(
  captioner: Captioner,
  training: CaptionedFeatures,
  validation: CaptionedFeatures,
  { batch: batchSize, seed }: CaptionSettings,
): TrainingTask {
  const { model } = captioner;
  const D = model.shape.condition;
  const examples = examplesOf(training, captioner);
  const validationExamples = examplesOf(validation, captioner);
  const validationState = model.newState(batchSize);
  const iterationsPerEpoch = Math.ceil(examples.length / batchSize);
  let order = { epoch: -1, examples };

  return {
    iterationsPerEpoch,
    batchSize,
    continues: () => false,

    batch(iteration) {
      const epoch = Math.floor(iteration / iterationsPerEpoch);
      if (order.epoch !== epoch) order = { epoch, examples: new Random(seed * 1009 + epoch).shuffle([...examples]) };
      const first = (iteration % iterationsPerEpoch) * batchSize;
      const random = new Random(seed * 1013 + iteration);
      return tokenBatch(order.examples.slice(first, first + batchSize), D, ({ picture }) => {
        const { features, mirrored } = training;
        const source = mirrored && random.uniform() < 0.5 ? mirrored : features;
        return source.subarray(picture * D, (picture + 1) * D);
      });
    },

    validate(): Validation {
      let [sum, tokens] = [0, 0];
      for (let first = 0; first < validationExamples.length; first += batchSize) {
        const batch = tokenBatch(validationExamples.slice(first, first + batchSize), D, ({ picture }) =>
          validation.features.subarray(picture * D, (picture + 1) * D),
        );
        resetState(validationState);
        const loss = model.loss(batch, validationState);
        sum += loss.sum;
        tokens += loss.tokens;
      }
      const { scores, captions } = scoreOnPictures(captioner, validation);
      return {
        criterion: criterion(scores),
        scores: { loss: sum / tokens, ...scores },
        samples: captions.slice(0, SAMPLES).map((caption, i) => `${validation.names[i]}: ${caption}`),
      };
    },
  };
}

/** The loss alone picks models that write worse captions; these two agree best with what people prefer. */
function criterion({ bleu4 = 0, cider = 0 }: Record<string, number>): number {
  return 2 * bleu4 + cider;
}

function examplesOf({ captions }: CaptionedFeatures, { vocabulary }: Captioner): Example[] {
  const { start, end } = specialIds(vocabulary);
  return captions.flatMap((written, picture) =>
    written.map((caption) => {
      const words = encodeCaption(caption, vocabulary);
      return { picture, inputs: [start, ...words], targets: [...words, end] };
    }),
  );
}

/** Packs examples, longest first: step t holds word t of all captions that have one. */
function tokenBatch(examples: Example[], D: number, featuresOf: (example: Example) => Float32Array): TokenBatch {
  const sorted = examples.sort((a, b) => b.inputs.length - a.inputs.length);
  const packing = packedSequences(sorted.map(({ inputs }) => inputs.length));
  const inputs = new Int32Array(packing.rows);
  const targets = new Int32Array(packing.rows);
  const condition = new Float32Array(sorted.length * D);
  for (const [n, example] of sorted.entries()) {
    condition.set(featuresOf(example), n * D);
    for (const [t, id] of example.inputs.entries()) {
      inputs[(packing.starts[t] ?? 0) + n] = id;
      targets[(packing.starts[t] ?? 0) + n] = example.targets[t] ?? -1;
    }
  }
  return { packing, inputs, targets, condition };
}
