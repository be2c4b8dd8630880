/** Whether a caption fits its picture, by what people wrote about it. Knows no captioner. */
import { partOf, type Steps } from '../../base/steps.ts';
import { CiderScorer } from '../../metrics/cider.ts';
import { tokenizerOf } from '../../metrics/language-words.ts';

/** The share of captions by people that are too unlike the others' to fit. */
const QUANTILE = 1 / 4;

/**
 * A caption fits when it is as similar to people's captions of its picture, by CIDEr-D, as three of four captions by
 * people are to those that others wrote about theirs. A word fits when it is in one of them.
 */
export class FittingCaptions {
  /** The CIDEr-D from which on a caption fits; undefined where no picture has two captions. */
  readonly threshold: number | undefined;
  /** Pictures with two captions or more, by their numbers: about the others people can't be said to agree. */
  readonly pictures: readonly number[];
  readonly #scorer: CiderScorer;
  readonly #words: readonly ReadonlySet<string>[];

  private constructor(references: readonly (readonly (readonly string[])[])[], scorer: CiderScorer, people: number[]) {
    this.pictures = [...references.keys()].filter((picture) => references[picture]!.length > 1);
    this.threshold = quantile(people, QUANTILE);
    this.#scorer = scorer;
    this.#words = references.map((captions) => new Set(captions.flat()));
  }

  /** @param captions that people wrote about each picture, all in one language */
  static *createSteps(captions: readonly (readonly string[])[], language?: string): Steps<FittingCaptions> {
    const tokenize = tokenizerOf(language);
    const references: string[][][] = [];
    for (const written of captions) {
      yield (0.2 * references.length) / captions.length;
      references.push(written.map(tokenize));
    }
    const scorer = yield* partOf(CiderScorer.createSteps(references), 0.2, 0.5);
    const people: number[] = [];
    for (const [picture, written] of references.entries()) {
      yield 0.5 + (0.5 * picture) / references.length;
      if (written.length > 1) people.push(...scorer.scoreReferences(picture));
    }
    return new FittingCaptions(references, scorer, people);
  }

  /** The CIDEr-D of each caption of a picture, by their words. */
  scores(picture: number, captions: readonly (readonly string[])[]): number[] {
    return this.#scorer.score(picture, captions).map(({ cider }) => cider);
  }

  /** Whether a caption of this CIDEr-D fits: one that has nothing in common with what people wrote never does. */
  fits(score: number): boolean {
    return this.threshold !== undefined && score > 0 && score >= this.threshold;
  }

  /** Whether people use a word about a picture. */
  hasWord(picture: number, word: string): boolean {
    return this.#words[picture]!.has(word);
  }
}

/** The value below which so large a share of the values is; undefined where there is none. */
function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))];
}
