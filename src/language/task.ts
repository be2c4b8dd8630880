import { Random } from '../base/random.ts';
import type { LanguageModel, TokenBatch } from '../model/language-model.ts';
import { uniformPacking } from '../nn/packing.ts';
import { resetState } from '../nn/state.ts';
import { type Chunk, Streams } from '../text/corpus.ts';
import type { TrainingTask, Validation } from '../training/task.ts';
import { sampleText } from './sample.ts';
import type { LanguageText } from './text.ts';

/** Streams of the validation text: few, since each begins with a state that knows nothing. */
const VALIDATION_STREAMS = 8;
const SAMPLE_LENGTH = 200;

/** Learning to continue a text. */
export function languageTask(
  model: LanguageModel,
  text: LanguageText,
  { batch, steps, seed }: { batch: number; steps: number; seed: number },
): TrainingTask {
  const streams = new Streams(text.training, batch, steps);
  const validation = new Streams(text.validation, VALIDATION_STREAMS, steps);
  const validationState = model.newState(VALIDATION_STREAMS);
  const sampleState = model.newState(1);

  return {
    iterationsPerEpoch: streams.chunks,
    batchSize: batch,
    batch: (iteration) => tokenBatch(streams.chunk(iteration % streams.chunks), batch),
    continues: (iteration) => iteration % streams.chunks !== 0,

    validate(): Validation {
      resetState(validationState);
      let [sum, tokens] = [0, 0];
      for (let i = 0; i < validation.chunks; i++) {
        const loss = model.loss(tokenBatch(validation.chunk(i), VALIDATION_STREAMS), validationState);
        sum += loss.sum;
        tokens += loss.tokens;
      }
      const sample = sampleText(model, text.vocabulary, {
        temperature: 0.8,
        random: new Random(seed),
        state: sampleState,
      });
      const characters: string[] = [];
      for (const { token } of sample) if (characters.push(token) === SAMPLE_LENGTH) break;
      const loss = sum / tokens;
      return { criterion: -loss, scores: { loss, bits: loss / Math.LN2 }, samples: [characters.join('')] };
    },
  };
}

function tokenBatch({ steps, inputs, targets }: Chunk, batch: number): TokenBatch {
  return { packing: uniformPacking(batch, steps), inputs, targets };
}
