/** Learning to continue a text: its chunks, the loss on held-out text, samples on the way. It knows no files. */
import { Random } from '../base/random.ts';
import { partOf, type Steps } from '../base/steps.ts';
import type { LanguageModel } from '../model/language-model.ts';
import type { TokenBatch } from '../model/token-batch.ts';
import { uniformPacking } from '../nn/packing.ts';
import { copyState, resetState, type StackState } from '../nn/state.ts';
import { type Chunk, Streams } from '../text/corpus.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import type { TrainingBatch, TrainingTask, Validation } from '../training/task.ts';
import type { LanguageSettings } from './config.ts';
import { startOf } from './ids.ts';
import { sampleTokens, type TokenSampling } from './sample.ts';
import { streamsOf, validationStreams } from './split.ts';
import type { LanguageText } from './text.ts';
import { writeText } from './write.ts';

/** Tokens of a sample. */
const SAMPLE_LENGTH = 200;

type TaskSettings = Pick<LanguageSettings, 'batch' | 'steps' | 'seed' | 'gradient' | 'samples'>;

/** The task of a language model; `settings` are those of its config. */
export function languageTask(model: LanguageModel, text: LanguageText, settings: TaskSettings): TrainingTask {
  const { batch, steps, gradient, seed, samples } = settings;
  const { vocabulary, tokenizer } = text;
  const streams = new Streams(streamsOf(text.training, batch), steps);
  const heldOut = validationStreams(text.validation);
  const validation = heldOut.length > 0 ? new Streams(heldOut, steps) : undefined;
  const validationState = model.newState(Math.max(1, heldOut.length));
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
      if (!validation) {
        return { criterion: 0, scores: {}, samples: samples.from === 'line' ? [yield* beginLine()] : [] };
      }
      resetState(validationState);
      let [sum, tokens] = [0, 0];
      for (let i = 0; i < validation.chunks; i++) {
        yield i / validation.chunks;
        const measuring = model.lossSteps(tokenBatch(validation.chunk(i), validation.batch), validationState);
        const loss = yield* partOf(measuring, i / validation.chunks, (i + 1) / validation.chunks);
        sum += loss.sum;
        tokens += loss.tokens;
      }
      const loss = sum / tokens;
      return { criterion: -loss, scores: { loss, bits: loss / Math.LN2 }, samples: [yield* partOf(beginLine(), 1, 1)] };
    },

    sample(iteration, state) {
      if (!isStage(iteration, samples.every)) return undefined;
      return samples.from === 'line' ? beginLine() : goOn(iteration, state);
    },
  };

  function* beginLine(): Steps<string> {
    resetState(sampleState);
    return yield* writtenAfter(startOf(vocabulary), seed);
  }

  /** As min-char-rnn's samples do: from the state of the first stream, after its next token. */
  function* goOn(iteration: number, state: StackState): Steps<string> {
    copyState(sampleState, state);
    return yield* writtenAfter(streams.chunk(iteration % streams.chunks).inputs[0]!, seed + iteration);
  }

  /** What the model writes from `sampleState`, after one more token. */
  function* writtenAfter(id: number, seed: number): Steps<string> {
    const sampling = { temperature: samples.temperature, random: new Random(seed) };
    return yield* writtenSteps({ model, vocabulary, tokenizer }, sampleState, id, sampling);
  }
}

/** What a model writes from a state, which moves on, after one more token: a sample for the log. */
export function* writtenSteps(
  { model, vocabulary, tokenizer }: { model: LanguageModel; vocabulary: Vocabulary; tokenizer: Tokenizer },
  state: StackState,
  id: number,
  sampling: TokenSampling,
): Steps<string> {
  const tokens = sampleTokens(model, vocabulary, state, [id], sampling);
  let written = '';
  let count = 0;
  for (const { text } of writeText(tokens, tokenizer, { length: SAMPLE_LENGTH })) {
    written += text;
    yield Math.min(1, ++count / SAMPLE_LENGTH);
  }
  return written;
}

/** Whether a sample is due: every so many updates, or after 0, 10, 30, 100, 300, … */
export function isStage(iteration: number, every: number): boolean {
  if (every > 0) return iteration % every === 0;
  if (iteration === 0) return true;
  const power = 10 ** Math.floor(Math.log10(iteration));
  return power >= 10 && (iteration === power || iteration === 3 * power);
}

function tokenBatch({ steps, inputs, targets }: Chunk, batch: number): TokenBatch {
  return { packing: uniformPacking(batch, steps), inputs, targets };
}
