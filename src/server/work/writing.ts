/** Texts that a language model writes for requests, together. Knows no threads and no HTTP. */
import { setImmediate } from 'node:timers/promises';
import { Random } from '../../base/random.ts';
import type { SamplingOptions } from '../../decoding/sampling.ts';
import { primeIds } from '../../language/sample.ts';
import type { TextModel } from '../../language/text-model.ts';
import { TextWriting } from '../../language/write.ts';
import { type TextInRow, TextsTogether } from '../../language/write-together.ts';
import type { TokenOut } from '../api.ts';
import { tokenOut } from './reading.ts';

export interface TextOptions extends SamplingOptions {
  /** Most tokens, at least one. */
  length: number;
  stops: readonly string[];
  seed: number;
  /** How many of the likeliest tokens are told of each place; absent where tokens are not told at all. */
  likeliest?: number | undefined;
}

/** What has been written of a text since the last piece. */
export interface TextPiece {
  text: string;
  /** The tokens since the last piece, also of what is kept waiting; none where they were not asked for. */
  tokens: TokenOut[];
}

export interface TextEnd {
  /** `stop` also where the text has ended by itself, as those of models of sequences do. */
  reason: 'length' | 'stop';
  /** Tokens of the prime, and tokens that were written. */
  read: number;
  written: number;
}

/** Milliseconds of writing between two turns of all else, and between two pieces of a text. */
const TURN = 10;

/** Writes texts of one model. */
export class TextWriter {
  readonly #model: TextModel;
  readonly #together: TextsTogether;
  /** Of each text: sends what was written since the last call. */
  readonly #senders = new Set<() => void>();
  #writing = false;

  constructor(model: TextModel) {
    this.#model = model;
    this.#together = new TextsTogether(model);
  }

  /**
   * Writes a text.
   *
   * @param send takes its pieces
   * @param signal ends it before its end
   * @throws InputError when the prime has a token that the model has never seen; the signal's reason
   */
  write(prime: string, options: TextOptions, send: (piece: TextPiece) => void, signal: AbortSignal): Promise<TextEnd> {
    const { vocabulary, tokenizer } = this.#model;
    const ids = primeIds(prime, vocabulary, tokenizer, 'prompt');
    return new Promise((resolve, reject) => {
      const out = new TextWriting(tokenizer, options);
      let piece: TextPiece = { text: '', tokens: [] };
      const sendPiece = () => {
        if (piece.text === '' && piece.tokens.length === 0) return;
        send(piece);
        piece = { text: '', tokens: [] };
      };
      const end = () => {
        this.#senders.delete(sendPiece);
        signal.removeEventListener('abort', leave);
      };
      const { likeliest, temperature, topK, topP, minP } = options;
      const text: TextInRow = {
        temperature,
        topK,
        topP,
        minP,
        prime: ids,
        random: new Random(options.seed),
        onToken(id, logProbs) {
          piece.text += out.add(vocabulary.tokenOf(id));
          if (likeliest !== undefined && out.ended !== 'end')
            piece.tokens.push(tokenOut(vocabulary, id, logProbs, likeliest));
          if (!out.ended) return true;
          if (out.ended !== 'stop') piece.text += out.rest();
          sendPiece();
          end();
          resolve({ reason: out.ended === 'length' ? 'length' : 'stop', read: ids.length, written: out.count });
          return false;
        },
      };
      const leave = () => {
        this.#together.remove(text);
        end();
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#senders.add(sendPiece);
      this.#together.add(text);
      if (!this.#writing) void this.#writeOn();
    });
  }

  /** Writes for as long as there are texts to be written, and gives all else its turn in between. */
  async #writeOn(): Promise<void> {
    this.#writing = true;
    while (this.#together.isBusy) {
      for (const end = performance.now() + TURN; this.#together.isBusy && performance.now() < end; ) {
        this.#together.step();
      }
      for (const send of this.#senders) send();
      await setImmediate();
    }
    this.#writing = false;
  }
}
