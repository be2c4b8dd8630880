/** The languages that the captions of a dataset are in. Knows no file format. */

import { InputError } from '../base/errors.ts';
import { LANGUAGE_TAG } from '../base/languages.ts';
import type { CaptionDataset } from './dataset.ts';

/** Captions, with the language of each where that is said. */
interface WrittenCaptions {
  captions: string[];
  languages?: string[];
}

/** Those of a picture's captions that are wanted, with their languages. */
export function captionsWhere(
  { captions, languages }: WrittenCaptions,
  isWanted: (caption: string, language: string | undefined) => boolean,
): WrittenCaptions {
  const wanted = [...captions.keys()].filter((i) => isWanted(captions[i]!, languages?.[i]));
  return {
    captions: wanted.map((i) => captions[i]!),
    ...(languages && { languages: wanted.map((i) => languages[i]!) }),
  };
}

/**
 * How many captions a dataset has in each language, in the order in which they first come.
 *
 * @returns none where it does not say
 * @throws InputError when it says the language of some captions only
 */
export function captionsByLanguage({ name, splits }: CaptionDataset): Map<string, number> {
  const counts = new Map<string, number>();
  let unsaid: string | undefined;
  for (const { id, captions, languages = [] } of [...splits.values()].flat()) {
    if (languages.length < captions.length) unsaid ??= id;
    for (const language of languages) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  if (counts.size === 0 || unsaid === undefined) return counts;
  throw new InputError(`${name} says the language of some captions only`, {
    found: `${languagesInWords(counts)}, and no language for those of ${unsaid}`,
    expected: `${LANGUAGE_TAG} for each`,
  });
}

/** Languages with their captions: "en 30,000, de 4,670". */
export function languagesInWords(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([language, count]) => `${language} ${count.toLocaleString('en')}`).join(', ');
}
