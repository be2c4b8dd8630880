/** Writing in turns with a model: it reads a line, writes on, and remembers both in its recurrent state. It knows no terminal. */
import type { SamplingOptions } from '../decoding/sampling.ts';
import { resetState, type StackState } from '../nn/state.ts';
import { END } from '../text/special-tokens.ts';
import { startOf } from './ids.ts';
import { primeIds, sampleTokens, type TokenSampling } from './sample.ts';
import type { TextModel } from './text-model.ts';
import { type TextLimits, type Written, writeText } from './write.ts';

const LINE_ENDS = ['\n', '\r\n'];

/**
 * One text that a person and a model of a text write in turns. With a model of sequences each line begins a sequence, which
 * the model ends, and nothing is carried from one to the next.
 */
export class Conversation {
  readonly #model: TextModel;
  readonly #state: StackState;
  readonly #lineEnd: number | undefined;
  /** The token that was written last, which the state has not read yet: at first the one that stands before a text. */
  #last: number;

  constructor(model: TextModel) {
    this.#model = model;
    this.#state = model.model.newState(1);
    this.#lineEnd = LINE_ENDS.map((end) => model.vocabulary.idOf(end)).find((id) => id !== undefined);
    this.#last = startOf(model.vocabulary);
  }

  /**
   * What the model writes after a line, piece by piece. A caller that takes no more pieces ends it there; the text up to
   * there is what is remembered.
   *
   * @param line without its end, which is read too where the model knows line ends
   * @throws InputError when the line has a token that the model has never seen; nothing of it is remembered then
   */
  reply(line: string, limits: TextLimits, sampling: SamplingOptions & TokenSampling): Generator<Written> {
    const { vocabulary, tokenizer } = this.#model;
    const ids = primeIds(line, vocabulary, tokenizer, 'line');
    if (vocabulary.idOf(END) !== undefined) {
      resetState(this.#state);
      return this.#write(ids, limits, sampling);
    }
    const ends = this.#lineEnd === undefined ? [] : [this.#lineEnd];
    const isLineEnd = ends.includes(this.#last);
    const read = [this.#last, ...(isLineEnd ? [] : ends), ...(line === '' ? [] : ids), ...ends];
    return this.#write(read, limits, sampling);
  }

  *#write(read: readonly number[], limits: TextLimits, sampling: SamplingOptions & TokenSampling): Generator<Written> {
    const { model, vocabulary, tokenizer } = this.#model;
    const tokens = sampleTokens(model, vocabulary, this.#state, read, sampling);
    for (const written of writeText(tokens, tokenizer, limits)) {
      if (written.token) this.#last = vocabulary.idOf(written.token.token)!;
      yield written;
    }
  }
}
