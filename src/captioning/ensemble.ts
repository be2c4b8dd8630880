/** Several captioners that write together. */
import { InputError } from '../base/errors.ts';
import { runAtOnce, type Steps } from '../base/steps.ts';
import { meanOfSteps } from '../decoding/ensemble.ts';
import type { StepFunction } from '../decoding/step.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import {
  type Caption,
  type CaptionSampling,
  type CaptionWriter,
  type DecodingOptions,
  decodingDefaults,
} from './caption.ts';
import type { Captioner } from './captioner.ts';
import { type PictureFeatures, pictureFeatures } from './picture-features.ts';
import { writeRatedCaptionsSteps } from './write-rated.ts';

/** Captioners that write together: the probability of a word is the mean of those that they give it. */
export class CaptionerEnsemble implements CaptionWriter {
  readonly vocabulary: Vocabulary;
  readonly #members: readonly Captioner[];
  readonly grid: number | undefined;
  readonly #D: number;

  /**
   * @param members at least one, by their folders; all trained with features of the same CNN
   * @throws InputError when their vocabularies differ, or the grids of those that attend to maps
   */
  constructor(members: ReadonlyMap<string, Captioner>) {
    const [first, ...others] = members;
    if (!first) throw new RangeError('an ensemble of no captioners');
    const [folder, { vocabulary, config }] = first;
    for (const [other, member] of others) refuseOtherVocabulary(member.vocabulary, other, vocabulary, folder);
    this.vocabulary = vocabulary;
    this.grid = commonGrid(members);
    this.#D = config.shape.condition;
    this.#members = [...new Set(members.values())]; // one given twice would be stepped twice, on one state
  }

  /** Whether each member is: together they are as sure as they are on average. */
  isCalibrated(language?: string): boolean {
    return this.#members.every((member) => member.isCalibrated(language));
  }

  /** Writes captions as `Captioner.describe` does; each member standardises the features in its own way. */
  describe(
    features: Float32Array | PictureFeatures,
    options: DecodingOptions | CaptionSampling = decodingDefaults,
  ): Caption[][] {
    return runAtOnce(this.describeSteps(features, options));
  }

  begin(features: PictureFeatures): StepFunction {
    return meanOfSteps(this.#members.map((member) => member.begin(features)));
  }

  attentionOf(features: PictureFeatures, ids: readonly number[]): number[][] | undefined {
    const [first, ...others] = this.#members.flatMap((member) => {
      const weights = member.attentionOf(features, ids);
      return weights ? [weights] : [];
    });
    return first?.map((cells, t) =>
      cells.map((weight, j) => others.reduce((sum, other) => sum + other[t]![j]!, weight) / (1 + others.length)),
    );
  }

  /** `describe`, a few tokens at a time. */
  describeSteps(
    features: Float32Array | PictureFeatures,
    options: DecodingOptions | CaptionSampling = decodingDefaults,
  ): Steps<Caption[][]> {
    const writing = {
      vocabulary: this.vocabulary,
      D: this.#D,
      begin: (some: PictureFeatures) => this.begin(some),
    };
    const confidences = this.#members.map(({ confidence }) => confidence);
    return writeRatedCaptionsSteps(writing, confidences, pictureFeatures(features), options);
  }
}

/** The grid of those members that attend to maps; undefined where none does. */
function commonGrid(members: ReadonlyMap<string, Captioner>): number | undefined {
  const [first, ...others] = [...members].filter(([, { grid }]) => grid !== undefined);
  const other = others.find(([, { grid }]) => grid !== first![1].grid);
  if (!first || !other) return first?.[1].grid;
  throw new InputError(`the captioners in ${first[0]} and ${other[0]} attend to maps of different grids`, {
    found: `${first[1].grid} and ${other[1].grid} cells in a line`,
    expected: 'one grid, which captioners that write together see the pictures by',
  });
}

/** The words must be the same by their numbers, by which the members' probabilities are added. */
function refuseOtherVocabulary(found: Vocabulary, folder: string, expected: Vocabulary, first: string): void {
  const length = Math.max(found.size, expected.size);
  const at = Array.from({ length }, (_, id) => id).find((id) => found.tokens[id] !== expected.tokens[id]);
  if (at === undefined) return;
  const [here, there] = [expected, found].map(({ tokens }) => tokens[at] ?? 'missing');
  throw new InputError(`the captioners in ${first} and ${folder} have different vocabularies`, {
    found: `${expected.size} and ${found.size} words, of which number ${at} is ${here} and ${there}`,
    expected: 'the same words in the same order',
    advice: 'Captioners that write together are trained on the same captions, with the same threshold.',
    settings: ['threshold'],
  });
}
