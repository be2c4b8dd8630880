/** What a reader has listed, in one language. Knows no file format. */

import { InputError } from '../base/errors.ts';
import { LANGUAGE_TAG, languageTag } from '../base/languages.ts';
import type { ListedSplit } from './assemble.ts';
import { captionsWhere, languagesInWords } from './languages.ts';

/**
 * What a reader has listed, in one language: those of the captions that are said to be in it; where no language is said,
 * all.
 *
 * @param name of the dataset, for the error
 * @throws InputError when the language is no tag, or no caption is in it
 */
export function listedIn(language: string, listed: readonly ListedSplit[], name: string): ListedSplit[] {
  const tag = checkedTag(language);
  const found = new Map<string, number>();
  const chosen = listed.map(({ pictures, ...split }) => ({
    ...split,
    pictures: [...pictures].flatMap((picture) => {
      const { captions, languages } = picture;
      if (!languages) return [{ ...picture, languages: captions.map(() => tag) }];
      for (const other of languages) found.set(other, (found.get(other) ?? 0) + 1);
      const inTag = captionsWhere(picture, (_, ofCaption) => ofCaption === tag);
      return inTag.captions.length > 0 ? [{ ...picture, ...inTag }] : [];
    }),
  }));
  if (found.size === 0 || found.has(tag)) return chosen;
  throw new InputError(`${name} has no captions in ${tag}`, { found: languagesInWords(found) });
}

/** The canonical form of a tag. @throws InputError when it is none */
function checkedTag(language: string): string {
  const tag = languageTag(language);
  if (tag !== undefined) return tag;
  throw new InputError(`${JSON.stringify(language)} is not a language`, { expected: LANGUAGE_TAG });
}
