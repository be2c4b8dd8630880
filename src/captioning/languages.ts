/**
 * The languages that a captioner writes: each has a START of its own in the one vocabulary, from which its captions begin.
 * A captioner without languages has the one START that names none. Knows no captions.
 */
import { UsageError } from '../base/errors.ts';
import { languageTag } from '../base/languages.ts';
import { END, START, UNKNOWN } from '../text/special-tokens.ts';
import type { Vocabulary } from '../text/vocabulary.ts';

/** The token that captions in a language begin from: `<start:de>`; without a language `<start>`. */
export function startToken(language?: string): string {
  return language === undefined ? START : `${BEFORE}${language}>`;
}

const BEFORE = '<start:';

/** Whether a token is no word: START, one of a language, END, the unknown word. */
export function isSpecial(token: string): boolean {
  return token === START || token === END || token === UNKNOWN || isStartOfLanguage(token);
}

/** The languages of a captioner's vocabulary by their tags, in the order of their numbers; none without languages. */
export function languagesOf({ tokens }: Vocabulary): string[] {
  return tokens.filter(isStartOfLanguage).map((token) => token.slice(BEFORE.length, -1));
}

function isStartOfLanguage(token: string): boolean {
  return token.startsWith(BEFORE) && token.endsWith('>');
}

/** The id of each language's START; without languages that of the one START, by the key undefined. */
export function startIds(vocabulary: Vocabulary): Map<string | undefined, number> {
  const languages = languagesOf(vocabulary);
  const keys = languages.length > 0 ? languages : [undefined];
  return new Map(
    keys.flatMap((language) => {
      const id = vocabulary.idOf(startToken(language));
      return id === undefined ? [] : [[language, id] as const];
    }),
  );
}

/**
 * The language that captions are to be written in.
 *
 * @param language asked for, in any spelling of its tag. Default: the vocabulary's first
 * @returns its canonical tag; undefined for a captioner without languages
 * @throws UsageError when the captioner does not write it
 */
export function chooseLanguage(vocabulary: Vocabulary, language?: string): string | undefined {
  const languages = languagesOf(vocabulary);
  if (language === undefined) return languages[0];
  const tag = languageTag(language) ?? language;
  if (languages.includes(tag)) return tag;
  if (languages.length > 0) {
    throw new UsageError(`the captioner does not write in ${tag}`, {
      expected: new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(languages),
    });
  }
  throw new UsageError('language does not apply to a captioner that was trained without languages', {
    found: tag,
    advice: 'Leave language out.',
    settings: ['language'],
  });
}
