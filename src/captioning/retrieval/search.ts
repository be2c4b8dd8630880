/** The pictures that a text fits best. Knows features, and where pictures come from only by their names. */
import { UsageError } from '../../base/errors.ts';
import { runInTurns } from '../../base/steps.ts';
import { tokenizerOf } from '../../metrics/language-words.ts';
import type { Vocabulary } from '../../text/vocabulary.ts';
import type { Extracted } from '../../vision/extract.ts';
import type { Captioner } from '../captioner.ts';
import { seenIn } from '../see.ts';
import { LONGEST_CAPTION } from '../vocabulary.ts';
import { ROWS } from '../write.ts';
import { TextLikelihoods } from './likelihoods.ts';

/** A text that pictures are looked for by. */
export interface Query {
  /** The words that the captioner knows. */
  words: string[];
  /** The words that it does not know, which are left out. */
  unknown: string[];
}

/** @throws UsageError when the captioner knows none of the words, or they are too many */
export function queryOf(text: string, vocabulary: Vocabulary, language?: string): Query {
  const all = tokenizerOf(language)(text);
  const words = all.filter((word) => vocabulary.idOf(word) !== undefined);
  const unknown = all.filter((word) => vocabulary.idOf(word) === undefined);
  if (words.length === 0) {
    throw new UsageError('the captioner knows no word of what is looked for', { found: JSON.stringify(text) });
  }
  if (words.length > LONGEST_CAPTION) {
    const expected = `at most ${LONGEST_CAPTION}`;
    throw new UsageError('too many words to look for', { found: `${words.length}`, expected });
  }
  return { words, unknown };
}

/** A picture with how well it fits. */
export interface Match extends Pick<Extracted, 'name' | 'source'> {
  /**
   * log p(text | picture) - log p(text) in nats, where the latter is for a picture of mean features: above 0 the text is
   * likelier for the picture than for no picture in particular.
   */
  score: number;
  /** log p(text, END | picture) in nats. */
  logProb: number;
}

export interface SearchOptions {
  /** Pictures that are wanted, at most. */
  top: number;
  language?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Called with the number of pictures that were looked at. */
  onProgress?: ((pictures: number) => void) | undefined;
}

/**
 * Looks for the pictures that a text fits best. Memory does not grow with the pictures.
 *
 * @param pictures as the captioner's `seeingCnn` sees them
 * @returns the best first; of equal ones those that came first
 * @throws the reason of `signal`
 */
export async function searchPictures(
  captioner: Captioner,
  { words }: Query,
  pictures: AsyncIterable<Extracted>,
  { top, language, signal, onProgress }: SearchOptions,
): Promise<Match[]> {
  const tokens = words.map((word) => captioner.vocabulary.idOf(word)!);
  const likelihoods = new TextLikelihoods(captioner, [tokens], language);
  const [prior] = await runInTurns(likelihoods.ofNoPictureSteps(), { signal });
  const D = captioner.config.shape.condition;
  const size = D + captioner.mapSize;
  const features = new Float32Array(ROWS * size);
  let batch: Extracted[] = [];
  let best: Match[] = [];
  let looked = 0;

  const look = async (): Promise<void> => {
    const steps = likelihoods.ofPicturesSteps(seenIn(features.subarray(0, batch.length * size), captioner, D));
    const found = await runInTurns(steps, { signal });
    const matches = batch.map(({ name, source }, i) => ({
      name,
      source,
      score: found[i]! - prior!,
      logProb: found[i]!,
    }));
    best = [...best, ...matches].sort((a, b) => b.score - a.score).slice(0, top);
    looked += batch.length;
    batch = [];
    onProgress?.(looked);
  };
  for await (const picture of pictures) {
    if (picture.features.length !== size) {
      throw new RangeError(`${picture.name}: ${picture.features.length} features, expected ${size} of \`seeingCnn\``);
    }
    features.set(picture.features, batch.length * size);
    batch.push(picture);
    if (batch.length === ROWS) await look();
  }
  if (batch.length > 0) await look();
  return best;
}
