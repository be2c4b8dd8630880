/**
 * Learning sequences of their own: packed batches of them in a new order in each epoch, the loss on held-out ones, samples
 * on the way. It knows no files.
 */
import { Random } from '../base/random.ts';
import { partOf, type Steps } from '../base/steps.ts';
import type { LanguageModel } from '../model/language-model.ts';
import type { TokenBatch } from '../model/token-batch.ts';
import { packedSequences } from '../nn/packing.ts';
import { resetState } from '../nn/state.ts';
import type { SequenceList } from '../text/sequence-list.ts';
import { shuffledBatches } from '../training/shuffled-batches.ts';
import type { TrainingBatch, TrainingTask, Validation } from '../training/task.ts';
import type { LanguageSettings } from './config.ts';
import { startOf } from './ids.ts';
import type { LanguageSequences } from './sequences.ts';
import { isStage, writtenSteps } from './task.ts';

/** Lines or rows of a sample. */
const SAMPLED = 5;

/** A run of tokens in the list's ids that is learned at once: those from `from` to `to` - 1 are its targets. */
interface Piece {
  from: number;
  to: number;
}

/**
 * The task of a model of sequences; `settings` are those of its config. A sequence longer than `steps` is learned in pieces
 * of about equal lengths, each of which begins with no memory of those before; it is measured in one.
 */
export function exampleSequencesTask(
  model: LanguageModel,
  { kind, training, validation, vocabulary, tokenizer }: LanguageSequences,
  {
    batch,
    steps,
    gradient,
    seed,
    samples,
  }: Pick<LanguageSettings, 'batch' | 'steps' | 'seed' | 'gradient' | 'samples'>,
): TrainingTask {
  const start = startOf(vocabulary);
  const { perEpoch, batchOf } = shuffledBatches(piecesOf(training, steps), batch, seed);
  const heldOut = [...Array(validation.count).keys()].sort((a, b) => validation.lengthOf(b) - validation.lengthOf(a));
  const validationState = model.newState(Math.max(1, Math.min(batch, heldOut.length)));
  const sampleState = model.newState(1);

  return {
    iterationsPerEpoch: perEpoch,
    batchSize: batch,

    batch(iteration): TrainingBatch {
      const chosen = batchOf(iteration);
      const tokens = tokenBatch(training, chosen, start);
      return gradient === 'streams' ? { ...tokens, divisor: chosen.length } : tokens;
    },

    *validate(): Steps<Validation> {
      if (heldOut.length === 0) return { criterion: 0, scores: {}, samples: [yield* sampleSteps()] };
      const loss = yield* lossSteps();
      return {
        criterion: -loss,
        scores: { loss, bits: loss / Math.LN2 },
        samples: [yield* partOf(sampleSteps(), 1, 1)],
      };
    },

    sample: (iteration) => (isStage(iteration, samples.every) ? sampleSteps() : undefined),
  };

  /** The mean loss of a token of the held-out sequences, of which as many are read together as are learned together. */
  function* lossSteps(): Steps<number> {
    let [sum, tokens] = [0, 0];
    for (let first = 0; first < heldOut.length; first += batch) {
      resetState(validationState);
      const together = heldOut.slice(first, first + batch).map((i) => wholeOf(validation, i));
      for (const running of inTurn(together, steps)) {
        const share = first / heldOut.length;
        yield share;
        const measuring = model.lossSteps(tokenBatch(validation, running, start), validationState);
        const loss = yield* partOf(measuring, share, share);
        sum += loss.sum;
        tokens += loss.tokens;
      }
    }
    return sum / tokens;
  }

  /** Some sequences, one below the other; of documents the beginning of one. */
  function* sampleSteps(): Steps<string> {
    const sampling = { temperature: samples.temperature, random: new Random(seed) };
    const count = kind.are === 'documents' ? 1 : SAMPLED;
    const written: string[] = [];
    while (written.length < count) {
      resetState(sampleState);
      const writing = writtenSteps({ model, vocabulary, tokenizer }, sampleState, start, sampling);
      written.push(yield* partOf(writing, written.length / count, (written.length + 1) / count));
    }
    return written.join('\n');
  }
}

/** All sequences, those longer than `steps` in as few pieces as there can be, of about equal lengths. */
function piecesOf(list: SequenceList, steps: number): Piece[] {
  const pieces: Piece[] = [];
  for (let i = 0; i < list.count; i++) {
    const { from, to } = wholeOf(list, i);
    const count = Math.ceil((to - from) / steps);
    const placeOf = (piece: number) => from + Math.round((piece * (to - from)) / count);
    for (let piece = 0; piece < count; piece++) pieces.push({ from: placeOf(piece), to: placeOf(piece + 1) });
  }
  return pieces;
}

function wholeOf({ begins }: SequenceList, i: number): Piece {
  return { from: begins[i]!, to: begins[i + 1]! };
}

/** Sequences, longest first, a stretch of all that still run after another: each goes on where it stopped. */
function* inTurn(sequences: readonly Piece[], steps: number): Generator<Piece[]> {
  const longest = Math.max(...sequences.map(({ from, to }) => to - from));
  for (let read = 0; read < longest; read += steps) {
    const running = sequences.filter(({ from, to }) => to - from > read);
    yield running.map(({ from, to }) => ({ from: from + read, to: Math.min(to, from + read + steps) }));
  }
}

/** Packs pieces, longest first. A target's input is the token before it: at the beginning the END of another sequence. */
function tokenBatch({ ids }: SequenceList, pieces: readonly Piece[], start: number): TokenBatch {
  const sorted = pieces.toSorted((a, b) => b.to - b.from - (a.to - a.from));
  const packing = packedSequences(sorted.map(({ from, to }) => to - from));
  const inputs = new Int32Array(packing.rows);
  const targets = new Int32Array(packing.rows);
  for (const [n, { from, to }] of sorted.entries()) {
    for (let i = from; i < to; i++) {
      const row = packing.starts[i - from]! + n;
      inputs[row] = ids[i - 1] ?? start;
      targets[row] = ids[i]!;
    }
  }
  return { packing, inputs, targets };
}
