/** The validation of a captioner in training: its loss and the scores of its captions on held-out pictures. */
import { partOf, type Steps } from '../base/steps.ts';
import { resetState, type StackState } from '../nn/state.ts';
import type { Validation } from '../training/task.ts';
import { type CaptionExample, examplesSteps, viewOf } from './batch.ts';
import type { Captioner } from './captioner.ts';
import { GREEDY, scoreOnPicturesSteps } from './evaluate.ts';
import type { HeldOutSet } from './sets.ts';

/** How many captions are shown with each validation, of all datasets together. */
const SAMPLES = 5;
/** The share of a validation's time that the loss takes, about; the rest is spent on writing captions. */
const LOSS_SHARE = 0.6;

/**
 * A function that measures a captioner on pictures with standardised features, `batchSize` captions at once. Each set
 * is measured by itself; the scores are the means over the sets, so that a small one counts as much as a large one.
 */
export function captionValidation(captioner: Captioner, sets: readonly HeldOutSet[], batchSize: number) {
  const state = captioner.model.newState(batchSize);
  const measures = sets.map((set) => measureOf(captioner, set, batchSize, state));
  const samples = Math.ceil(SAMPLES / sets.length);

  return function* validate(): Steps<Validation> {
    const measured: Omit<Validation, 'criterion'>[] = [];
    for (const measure of measures) {
      const i = measured.length;
      measured.push(yield* partOf(measure(samples), i / sets.length, (i + 1) / sets.length));
    }
    const scores = meanScores(measured.map((one) => one.scores));
    return {
      criterion: criterion(scores),
      scores,
      ...(captioner.config.datasets && {
        datasets: Object.fromEntries(sets.map(({ dataset }, i) => [dataset, measured[i]!.scores])),
      }),
      samples: measured.flatMap((one) => one.samples),
    };
  };
}

/** A function that measures a captioner on one set. @param state of `batchSize` captions */
function measureOf(captioner: Captioner, pictures: HeldOutSet, batchSize: number, state: StackState) {
  const { model, vocabulary } = captioner;
  const D = model.shape.condition;
  const decoding = { ...GREEDY, language: pictures.language };
  let examples: CaptionExample[] | undefined;

  return function* measure(shown: number): Steps<Omit<Validation, 'criterion'>> {
    examples ??= yield* partOf(examplesSteps(pictures, vocabulary), 0, 0);
    let [sum, tokens] = [0, 0];
    for (let first = 0; first < examples.length; first += batchSize) {
      const share = (LOSS_SHARE * first) / examples.length;
      yield share;
      const batch = captioner.batchOf(examples.slice(first, first + batchSize), ({ picture }) =>
        viewOf(pictures, picture, D),
      );
      resetState(state);
      const loss = yield* partOf(model.lossSteps(batch, state), share, share);
      sum += loss.sum;
      tokens += loss.tokens;
    }
    const { scores, captions } = yield* partOf(scoreOnPicturesSteps(captioner, pictures, decoding), LOSS_SHARE, 1);
    return {
      scores: { loss: sum / tokens, ...scores },
      samples: captions.slice(0, shown).map((caption, i) => `${pictures.names[i]}: ${caption}`),
    };
  };
}

/** The mean of each score over several sets. */
function meanScores(sets: readonly Record<string, number>[]): Record<string, number> {
  const mean = (name: string) => sets.map((scores) => scores[name]!).reduce((a, b) => a + b) / sets.length;
  return Object.fromEntries(Object.keys(sets[0]!).map((name) => [name, mean(name)]));
}

/** By the loss alone, worse captioners would be chosen; these two scores agree best with what people prefer. */
function criterion(scores: Record<string, number>): number {
  return 2 * scores['bleu4']! + scores['cider']!;
}
