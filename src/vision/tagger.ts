/**
 * Names what pictures show, by the classifier that a CNN was trained with. One that has learned with a captioner since has
 * features that its classifier can't read: the CNN as it was before looks at the picture then. Knows no network.
 */
import type { Classifier, Tag } from './classifier.ts';
import type { Cnn } from './cnn.ts';
import type { Pixels } from './pixels.ts';

export class Tagger {
  readonly #openClassifier: () => Promise<Classifier>;
  readonly #original: Cnn | undefined;
  #classifier: Promise<Classifier> | undefined;

  /** @param original the CNN that the classifier fits, where it is not the one whose features are at hand */
  constructor(openClassifier: () => Promise<Classifier>, original?: Cnn) {
    this.#openClassifier = openClassifier;
    this.#original = original;
  }

  /**
   * The likeliest classes of a picture, likeliest first.
   *
   * @param features [D] of the picture, by the CNN that is at hand
   * @param pixels gives the decoded picture, which is asked for where the features do not do
   * @throws InputError when the classifier or its CNN can't be loaded
   */
  async tags(features: Float32Array, pixels: () => Promise<Pixels>, count: number): Promise<Tag[]> {
    this.#classifier ??= this.#openClassifier();
    const classifier = await this.#classifier;
    return classifier.tags(this.#original ? await this.#original.features([await pixels()]) : features, count);
  }
}
