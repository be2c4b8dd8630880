/**
 * The thread that reads and writes texts: language models on an engine of their own. Texts of one model are written
 * together, a token of each at a time. Knows no HTTP.
 */
import { setImmediate } from 'node:timers/promises';
import { Random } from '../../base/random.ts';
import { openEngine } from '../../compute/engine.ts';
import type { DriverChoice } from '../../compute/product/choose.ts';
import type { SamplingOptions } from '../../decoding/sampling.ts';
import { primeIds } from '../../language/sample.ts';
import type { Score } from '../../language/score.ts';
import { TextModel } from '../../language/text-model.ts';
import { TextWriting } from '../../language/write.ts';
import { type TextInRow, TextsTogether } from '../../language/write-together.ts';
import type { Level } from '../../text/tokenizer.ts';
import { doWork } from './do-work.ts';

/** What a language model is. */
export interface TextModelInfo {
  level: Level;
  vocabulary: number;
  layers: number;
  hidden: number;
  cell: string;
}

/** A token that was written or read. */
export interface TokenOut {
  /** The text that it makes; of a byte nothing, until its character is complete. */
  text: string;
  /** In nats. */
  logProb: number;
  /** The likeliest tokens in its place, where they were asked for, likeliest first. */
  likeliest?: { text: string; logProb: number }[];
}

export interface WritingOptions extends SamplingOptions {
  /** Most tokens. */
  length: number;
  stops: readonly string[];
  seed: number;
  /** How many of the likeliest tokens are told of each place; absent where tokens are not to be told at all. */
  likeliest?: number | undefined;
}

/** What has been written of a text since the last piece. */
export interface TextPiece {
  text: string;
  /** The tokens of the piece, and of what is kept waiting; none where they were not asked for. */
  tokens: TokenOut[];
}

export interface TextEnd {
  reason: 'length' | 'stop';
  /** Tokens of the prime, and tokens that were written. */
  read: number;
  written: number;
}

export interface TextWorks {
  open: {
    argument: { languageModels: ReadonlyMap<string, string>; blas: DriverChoice };
    piece: never;
    result: { languageModels: ReadonlyMap<string, TextModelInfo>; notice: string };
  };
  /** Writes a text. */
  write: { argument: { model: string; prime: string; options: WritingOptions }; piece: TextPiece; result: TextEnd };
  /** Says how probable a text is. */
  score: {
    argument: { model: string; text: string; likeliest?: number };
    piece: never;
    result: { score: Score; tokens: TokenOut[] };
  };
}

interface OpenModel {
  model: TextModel;
  together: TextsTogether;
}

/** Milliseconds of writing between two turns of all else, and between two pieces of a text. */
const TURN = 10;

const models = new Map<string, OpenModel>();
/** Called at the end of each turn: send what was written in it. */
const senders = new Set<() => void>();
let writing = false;

doWork<TextWorks>({
  async open({ languageModels, blas }) {
    const engine = await openEngine(blas);
    for (const [id, folder] of languageModels) {
      const model = await TextModel.load(folder, engine);
      models.set(id, { model, together: new TextsTogether(model) });
    }
    const infos = [...models].map(([id, { model }]) => [id, infoOf(model)] as const);
    return { languageModels: new Map(infos), notice: engine.notice };
  },

  write({ model: id, prime, options }, { send, signal }) {
    const { model, together } = models.get(id)!; // the server knows which there are
    const ids = primeIds(prime, model.vocabulary, model.tokenizer);
    return new Promise((resolve, reject) => {
      const out = new TextWriting(model.tokenizer, options);
      let piece: TextPiece = { text: '', tokens: [] };
      const sendPiece = () => {
        if (piece.text === '' && piece.tokens.length === 0) return;
        send(piece);
        piece = { text: '', tokens: [] };
      };
      const end = () => {
        senders.delete(sendPiece);
        signal.removeEventListener('abort', leave);
      };
      const text: TextInRow = {
        ...options,
        prime: ids,
        random: new Random(options.seed),
        onToken(token, logProbs) {
          piece.text += out.add(model.vocabulary.tokenOf(token));
          if (options.likeliest !== undefined) piece.tokens.push(tokenOut(model, token, logProbs, options.likeliest));
          if (!out.ended) return true;
          if (out.ended === 'length') piece.text += out.rest();
          sendPiece();
          end();
          resolve({ reason: out.ended, read: ids.length, written: out.count });
          return false;
        },
      };
      const leave = () => {
        together.remove(text);
        end();
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      senders.add(sendPiece);
      together.add(text);
      if (!writing) void writeOn();
    });
  },

  score({ model: id, text, likeliest = 0 }) {
    const { model } = models.get(id)!;
    const scorer = model.scorer();
    const tokens: TokenOut[] = [];
    for (const { id, logProb, alternatives } of scorer.read(model.tokenizer.split(text))) {
      tokens.push({ ...tokenOut(model, id, alternatives, likeliest), logProb });
    }
    return { score: scorer.score, tokens };
  },
});

function infoOf({ config, vocabulary }: TextModel): TextModelInfo {
  const { cell, layers, hidden } = config.shape;
  return { level: config.level, vocabulary: vocabulary.size, cell, layers, hidden };
}

/** Writes for as long as there are texts to be written, and gives orders their turn in between. */
async function writeOn(): Promise<void> {
  writing = true;
  for (;;) {
    const busy = [...models.values()].filter(({ together }) => together.isBusy);
    if (busy.length === 0) break;
    for (const end = performance.now() + TURN; performance.now() < end; ) {
      for (const { together } of busy) together.step();
    }
    for (const send of senders) send();
    await setImmediate();
  }
  writing = false;
}

function tokenOut({ vocabulary }: TextModel, id: number, logProbs: Float32Array, likeliest: number): TokenOut {
  const token = { text: vocabulary.tokenOf(id), logProb: logProbs[id]! };
  if (likeliest === 0) return token;
  const best = [...logProbs.keys()].sort((a, b) => logProbs[b]! - logProbs[a]!).slice(0, likeliest);
  return { ...token, likeliest: best.map((one) => ({ text: vocabulary.tokenOf(one), logProb: logProbs[one]! })) };
}
