/**
 * How probable texts are to a captioner as captions of pictures: what it needs to find the pictures of a text, and the
 * texts of a picture. Knows token ids and features, but no words and no pictures.
 */
import type { Steps } from '../../base/steps.ts';
import { standardise } from '../../model/standardisation.ts';
import { copyState, resetState, type StackState } from '../../nn/state.ts';
import type { Captioner } from '../captioner.ts';
import { featuresAt, type PictureFeatures, pictureFeatures, uniformMaps } from '../picture-features.ts';
import { specialIds } from '../vocabulary.ts';
import { ROWS } from '../write.ts';

/** Texts by their first tokens: what they have in common is read once. */
interface Prefix {
  token: number;
  next: Map<number, Prefix>;
  /** The numbers of the texts that end here. */
  ends: number[];
}

/** The likelihoods of S texts for pictures, `ROWS` pictures at once. */
export class TextLikelihoods {
  readonly #captioner: Captioner;
  readonly #root: Prefix;
  readonly #end: number;
  readonly #texts: number;
  /** The states after the tokens of a prefix, by its length; each is that of up to `ROWS` pictures. */
  readonly #states: StackState[] = [];

  /**
   * @param texts the ids of their words
   * @param language of the texts, by default the captioner's first
   * @throws UsageError when the captioner does not have the language
   */
  constructor(captioner: Captioner, texts: readonly (readonly number[])[], language?: string) {
    const { start, end } = specialIds(captioner.vocabulary, { language });
    this.#captioner = captioner;
    this.#end = end;
    this.#texts = texts.length;
    this.#root = { token: start, next: new Map(), ends: [] };
    for (const [text, tokens] of texts.entries()) {
      let prefix = this.#root;
      for (const token of tokens) {
        let next = prefix.next.get(token);
        if (!next) {
          next = { token, next: new Map(), ends: [] };
          prefix.next.set(token, next);
        }
        prefix = next;
      }
      prefix.ends.push(text);
    }
  }

  /**
   * log p(text, END | picture) in nats, [S, N].
   *
   * @param features of N pictures as the CNN gives them, vectors [N, D], and maps where the captioner has a `grid`; not
   *   changed
   * @throws RangeError without maps where it attends to them
   */
  *ofPicturesSteps(features: Float32Array | PictureFeatures): Steps<Float32Array> {
    const { model, standardisation, config } = this.#captioner;
    const D = config.shape.condition;
    const seen = pictureFeatures(features);
    const N = seen.vectors.length / D;
    const likelihoods = new Float32Array(this.#texts * N);
    for (let first = 0; first < N; first += ROWS) {
      const count = Math.min(ROWS, N - first);
      const some = Array.from({ length: count }, (_, i) => first + i);
      const { vectors: condition, maps } = featuresAt(seen, some, D);
      standardise(condition, standardisation);
      const places = this.#captioner.placesOf(count, maps);
      if (places) model.attention!.memory.setVectors(places, count);
      let read = 0;
      for (const [text, ofText] of this.#read(this.#root, 0, new Float64Array(count), condition)) {
        likelihoods.set(ofText, text * N + first);
        yield (first + (count * ++read) / this.#texts) / N;
      }
    }
    return likelihoods;
  }

  /**
   * log p(text, END) [S] to the captioner that sees a picture of mean features: what is probable whatever is seen.
   */
  *ofNoPictureSteps(): Steps<Float32Array> {
    const { standardisation, grid } = this.#captioner;
    const vectors = standardisation.mean;
    const maps = grid === undefined ? undefined : uniformMaps(vectors, grid, vectors.length);
    return yield* this.ofPicturesSteps({ vectors, maps });
  }

  /**
   * Reads the texts that begin with a prefix, depth first.
   *
   * @param before log p(prefix | picture) of each picture
   * @param condition at the first step
   */
  *#read(
    prefix: Prefix,
    depth: number,
    before: Float64Array,
    condition?: Float32Array,
  ): Generator<[number, Float64Array]> {
    const { model } = this.#captioner;
    const state = this.#states[depth] ?? model.newState(ROWS);
    this.#states[depth] = state;
    if (depth === 0) resetState(state);
    else copyState(state, this.#states[depth - 1]!);
    const tokens = new Int32Array(before.length).fill(prefix.token);
    const logProbs = model.step(tokens, state, condition, [...tokens.keys()]);
    const V = logProbs.length / before.length;
    const after = (token: number) => before.map((logProb, n) => logProb + logProbs[n * V + token]!);
    const ended = after(this.#end);
    const next = [...prefix.next.values()].map((one) => [one, after(one.token)] as const); // the next step overwrites them
    for (const text of prefix.ends) yield [text, ended];
    for (const [one, logProb] of next) yield* this.#read(one, depth + 1, logProb);
  }
}
