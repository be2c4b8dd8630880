/** Learning to continue a text: its chunks, the loss on what is held out, samples on the way. */
import { Random } from '../base/random.ts';
import type { Steps } from '../base/steps.ts';
import type { LanguageModel, TokenBatch } from '../model/language-model.ts';
import { uniformPacking } from '../nn/packing.ts';
import { copyState, resetState, type StackState } from '../nn/state.ts';
import { type Chunk, Streams } from '../text/corpus.ts';
import { joinTokens } from '../text/tokenizer.ts';
import type { TrainingBatch, TrainingTask, Validation } from '../training/task.ts';
import type { LanguageSettings } from './config.ts';
import { type SampledToken, sampleText, sampleTokens } from './sample.ts';
import { streamsOf, validationStreams } from './split.ts';
import type { LanguageText } from './text.ts';

/** Tokens of a sample. */
const SAMPLE_LENGTH = 200;

type TaskSettings = Pick<LanguageSettings, 'batch' | 'steps' | 'seed' | 'gradient' | 'samples'>;

/** Learning to continue a text. */
export function languageTask(model: LanguageModel, text: LanguageText, settings: TaskSettings): TrainingTask {
  const { batch, steps, gradient, seed, samples } = settings;
  const { vocabulary, tokenizer } = text;
  const streams = new Streams(streamsOf(text.training, batch), steps);
  const held = validationStreams(text.validation);
  const validation = held.length > 0 ? new Streams(held, steps) : undefined;
  const validationState = model.newState(Math.max(1, held.length));
  const sampleState = model.newState(1);

  return {
    iterationsPerEpoch: streams.chunks,
    batchSize: batch,
    continues: (iteration) => iteration % streams.chunks !== 0,

    batch(iteration): TrainingBatch {
      const tokens = tokenBatch(streams.chunk(iteration % streams.chunks), batch);
      return gradient === 'streams' ? { ...tokens, divisor: batch } : tokens;
    },

    *validate(): Steps<Validation> {
      if (!validation) return { criterion: 0, scores: {}, samples: samples.from === 'line' ? [beginLine()] : [] };
      resetState(validationState);
      let [sum, tokens] = [0, 0];
      for (let i = 0; i < validation.chunks; i++) {
        yield i / validation.chunks;
        const loss = model.loss(tokenBatch(validation.chunk(i), validation.batch), validationState);
        sum += loss.sum;
        tokens += loss.tokens;
      }
      const loss = sum / tokens;
      return { criterion: -loss, scores: { loss, bits: loss / Math.LN2 }, samples: [beginLine()] };
    },

    sample(iteration, state) {
      if (!isStage(iteration, samples.every)) return undefined;
      return [samples.from === 'line' ? beginLine() : goOn(iteration, state)];
    },
  };

  function beginLine(): string {
    const sampling = { temperature: samples.temperature, random: new Random(seed), state: sampleState };
    return textOf(sampleText(model, vocabulary, { ...sampling, tokenizer }));
  }

  /** As min-char-rnn's samples do: from the state of the first stream, after its next token. */
  function goOn(iteration: number, state: StackState): string {
    const next = streams.chunk(iteration % streams.chunks).inputs[0] ?? 0;
    copyState(sampleState, state);
    const sampling = { temperature: samples.temperature, random: new Random(seed + iteration) };
    return textOf(sampleTokens(model, vocabulary, sampleState, [next], sampling));
  }

  function textOf(sample: Generator<SampledToken>): string {
    const tokens = Array.from({ length: SAMPLE_LENGTH }, () => sample.next().value?.token ?? '');
    return joinTokens(tokens, tokenizer);
  }
}

/** Whether a sample is due: every so many updates, or after 0, 10, 30, 100, 300, … */
function isStage(iteration: number, every: number): boolean {
  if (every > 0) return iteration % every === 0;
  if (iteration === 0) return true;
  const power = 10 ** Math.floor(Math.log10(iteration));
  return power >= 10 && (iteration === power || iteration === 3 * power);
}

function tokenBatch({ steps, inputs, targets }: Chunk, batch: number): TokenBatch {
  return { packing: uniformPacking(batch, steps), inputs, targets };
}
