/** What is said of a picture, for programs: the same from the command line and from the server. Knows neither. */
import type { Tag } from '../../vision/classifier.ts';
import type { Caption } from '../caption.ts';
import type { Where } from '../explained/shown-maps.ts';

/** The captions of a picture. */
export interface Description {
  /** Its name, as it was given. */
  file: string;
  /** The language that they are in; absent for a captioner that has none. */
  language?: string | undefined;
  /** The best, of those that are sure enough; null where none is. */
  caption: string | null;
  /** Of the best; null where there is none. */
  logProb: number | null;
  /** Of the best caption, told even where that is left out; absent where the captioner is not calibrated. */
  confidence?: number | undefined;
  /** What the CNN's classifier sees, where that is asked for. */
  tags?: readonly Tag[] | undefined;
  /** Those that are sure enough, best first. */
  candidates: Caption[];
  /** Where the words of the best caption come from, where that is asked for. */
  where?: Where | undefined;
}

/**
 * The description of a picture.
 *
 * @param captions at least one, best first
 * @param wanted how many of them (`top`), and how sure they are to be
 * @param about the language that they are in, and what else is told of the picture
 */
export function descriptionOf(
  file: string,
  captions: readonly Caption[],
  { top, minConfidence }: { top: number; minConfidence: number },
  { language, tags, where }: Pick<Description, 'language' | 'tags' | 'where'> = {},
): Description {
  const wanted = captions.slice(0, top);
  const candidates = wanted.filter(({ confidence = 0 }) => confidence >= minConfidence);
  const { caption, logProb, confidence } = candidates[0] ?? { ...wanted[0]!, caption: null, logProb: null };
  return { file, language, caption, logProb, confidence, tags, candidates, where };
}
