/** Tags of languages (BCP 47), and which of them are written without spaces. Knows no words. */

/** What a tag is, for errors. */
export const LANGUAGE_TAG = 'a language tag such as en, de or pt-BR';

/** A letter of a script that puts no spaces between words, as a class of a regular expression with the flag u. */
export const UNSPACED_LETTER =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]';

/** The scripts of these letters, by the codes that tags have (ISO 15924). */
const UNSPACED_SCRIPTS = new Set(['Hans', 'Hant', 'Hani', 'Jpan', 'Thai', 'Laoo', 'Khmr', 'Mymr']);

/**
 * The canonical form of a language tag: `pt-br` is pt-BR, `iw` is he.
 *
 * @returns undefined where it is none: no language has a name of more than three letters (RFC 5646, section 2.2.1)
 */
export function languageTag(text: string): string | undefined {
  if (!/^[a-z]{2,3}(?![a-z])/i.test(text)) return undefined;
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    return undefined; // RangeError: not well-formed
  }
}

/** Whether a language is written without spaces between words: Chinese, Japanese, Thai. @param language a tag */
export function isUnspaced(language: string): boolean {
  return UNSPACED_SCRIPTS.has(new Intl.Locale(language).maximize().script ?? '');
}
