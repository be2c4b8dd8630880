/** Scores captions against what people wrote, in the figures that papers report. Knows no model and no picture. */
import { counted } from '../base/counted.ts';
import { partOf, runAtOnce, type Steps } from '../base/steps.ts';
import { bleuSteps, type TokenizedCaption } from './bleu.ts';
import { ciderSteps } from './cider.ts';
import { type Diversity, diversity } from './diversity.ts';
import { tokenizerOf } from './language-words.ts';
import { rougeLSteps } from './rouge.ts';

export interface CaptionScores extends Diversity {
  /** From 0 to 1, as are bleu2 to bleu4 and rougeL. */
  bleu1: number;
  bleu2: number;
  bleu3: number;
  bleu4: number;
  rougeL: number;
  /** From 0 to 10; what pycocoevalcap, COCO's server and papers call CIDEr, which by its definition is CIDEr-D. */
  cider: number;
  /** CIDEr as first defined, without clipping and length penalty. */
  ciderPlain: number;
  /** Words of the captions over words of the references closest in length. */
  lengthRatio: number;
}

/**
 * The scores of one caption for each picture, equal to pycocoevalcap's to four decimals for English and where no language
 * is named. Captions in another language are scored by the words that `tokenizerOf` gives.
 *
 * @param candidates caption by picture id
 * @param references what people wrote for each of the same pictures, at least one caption each
 * @param language of all captions, by its canonical tag
 * @throws RangeError that lists the ids that have no candidate or no reference
 */
export function scoreCaptions(
  candidates: ReadonlyMap<string, string>,
  references: ReadonlyMap<string, readonly string[]>,
  language?: string,
): CaptionScores {
  return runAtOnce(scoreCaptionsSteps(candidates, references, language));
}

/** `scoreCaptions`, picture by picture where that takes long. */
export function* scoreCaptionsSteps(
  candidates: ReadonlyMap<string, string>,
  references: ReadonlyMap<string, readonly string[]>,
  language?: string,
): Steps<CaptionScores> {
  checkIds(candidates, references);
  const tokenize = tokenizerOf(language);
  const captions: TokenizedCaption[] = [];
  for (const [id, candidate] of candidates) {
    captions.push({ candidate: tokenize(candidate), references: references.get(id)!.map(tokenize) });
    yield (0.3 * captions.length) / candidates.size;
  }
  const { bleu, lengthRatio } = yield* partOf(bleuSteps(captions), 0.3, 0.4);
  const [bleu1, bleu2, bleu3, bleu4] = bleu;
  const rougeL = yield* partOf(rougeLSteps(captions), 0.4, 0.5);
  const { cider, ciderPlain } = yield* partOf(ciderSteps(captions), 0.5, 1);
  const diversities = diversity(captions.map(({ candidate }) => candidate));
  return { bleu1, bleu2, bleu3, bleu4, rougeL, cider, ciderPlain, lengthRatio, ...diversities };
}

function checkIds(candidates: ReadonlyMap<string, string>, references: ReadonlyMap<string, readonly string[]>): void {
  const withReference = [...references].filter(([, captions]) => captions.length > 0).map(([id]) => id);
  const problems = [
    listIds(
      'no candidate for',
      withReference.filter((id) => !candidates.has(id)),
    ),
    listIds(
      'no reference for',
      [...candidates.keys()].filter((id) => !references.get(id)?.length),
    ),
  ].filter(Boolean);
  if (problems.length > 0) throw new RangeError(`candidates and references do not match: ${problems.join('; ')}`);
  if (candidates.size === 0) throw new RangeError('there is no caption to score');
}

function listIds(what: string, ids: readonly string[]): string {
  if (ids.length === 0) return '';
  return `${what} ${counted(ids.length, 'picture')} (${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''})`;
}
