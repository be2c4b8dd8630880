/** The task of translating, for the trainer: batches of pairs, and BLEU on held-out pairs. */
import { partOf, type Steps } from '../base/steps.ts';
import type { PairBatch } from '../model/encoder-decoder.ts';
import { shuffledBatches } from '../training/shuffled-batches.ts';
import type { TrainingTask, Validation } from '../training/task.ts';
import { packPairs } from './batch.ts';
import { bleuOfSteps, codePairsSteps, meanLossSteps } from './evaluate.ts';
import type { Pair } from './pairs.ts';
import type { Translator } from './translator.ts';

/** How many translations are shown with each validation. */
const SHOWN = 3;

/** The task of translating; the best weights are those with the highest BLEU on the validation pairs. */
export function* translationTaskSteps(
  translator: Translator,
  { training, validation }: { training: readonly Pair[]; validation: readonly Pair[] },
  { batch: batchSize, seed }: { batch: number; seed: number },
): Steps<TrainingTask<PairBatch>> {
  const { model } = translator;
  const examples = yield* partOf(codePairsSteps(translator, training), 0, 0.9);
  const { perEpoch, batchOf } = shuffledBatches(examples, batchSize, seed);
  const coded = yield* partOf(codePairsSteps(translator, validation), 0.9, 1);
  const state = model.newState(batchSize);

  return {
    iterationsPerEpoch: perEpoch,
    batchSize,
    batch: (iteration) => packPairs(batchOf(iteration)),

    *validate(): Steps<Validation> {
      if (validation.length === 0) return { criterion: 0, scores: {}, samples: [] };
      const sources = validation.map(({ source }) => source);
      const translations = yield* partOf(translator.translateSteps(sources), 0, 0.8);
      const bleu = yield* partOf(bleuOfSteps(validation, translations), 1, 1);
      return {
        criterion: bleu,
        scores: { loss: yield* partOf(meanLossSteps(model, coded, state, batchSize), 0.8, 1), bleu },
        samples: validation.slice(0, SHOWN).map(({ source }, i) => `${source} → ${translations[i]!.text}`),
      };
    },
  };
}
