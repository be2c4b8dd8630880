/** The validation of a captioner in training: its loss and the scores of its captions on held-out pictures. */
import { partOf, type Steps } from '../base/steps.ts';
import type { CaptionScores } from '../metrics/score.ts';
import { resetState } from '../nn/state.ts';
import type { Validation } from '../training/task.ts';
import { type CaptionExample, type CaptionedFeatures, examplesSteps, tokenBatch } from './batch.ts';
import type { Captioner } from './captioner.ts';
import { scoreOnPicturesSteps } from './evaluate.ts';

/** How many captions are shown with each validation. */
const SAMPLES = 5;
/** The share of a validation's time that the loss takes, about; the rest is spent on writing captions. */
const LOSS_SHARE = 0.6;

/** A function that measures a captioner on pictures with standardised features, `batchSize` captions at once. */
export function captionValidation(captioner: Captioner, pictures: CaptionedFeatures, batchSize: number) {
  const { model, vocabulary } = captioner;
  const D = model.shape.condition;
  let examples: CaptionExample[] | undefined;
  const state = model.newState(batchSize);

  return function* validate(): Steps<Validation> {
    examples ??= yield* partOf(examplesSteps(pictures, vocabulary), 0, 0);
    let [sum, tokens] = [0, 0];
    for (let first = 0; first < examples.length; first += batchSize) {
      yield (LOSS_SHARE * first) / examples.length;
      const batch = tokenBatch(examples.slice(first, first + batchSize), D, ({ picture }) =>
        pictures.features.subarray(picture * D, (picture + 1) * D),
      );
      resetState(state);
      const loss = model.loss(batch, state);
      sum += loss.sum;
      tokens += loss.tokens;
    }
    const { scores, captions } = yield* partOf(scoreOnPicturesSteps(captioner, pictures), LOSS_SHARE, 1);
    return {
      criterion: criterion(scores),
      scores: { loss: sum / tokens, ...scores },
      samples: captions.slice(0, SAMPLES).map((caption, i) => `${pictures.names[i]}: ${caption}`),
    };
  };
}

/** By the loss alone, worse captioners would be chosen; these two scores agree best with what people prefer. */
function criterion({ bleu4, cider }: Pick<CaptionScores, 'bleu4' | 'cider'>): number {
  return 2 * bleu4 + cider;
}
