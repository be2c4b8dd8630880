/** Features of the words and sentences of any text. */
import { afterEach, endsParagraph, type TextFeature } from './feature.ts';

export const wordFeatures: readonly TextFeature[] = [
  { name: 'length of the word so far', kind: 'number', values: lengthOfWord },
  { name: 'inside a capitalised word', kind: 'binary', values: insideCapitalisedWord },
  { name: 'after a capital', kind: 'binary', values: afterCapital },
  { name: 'inside a number', kind: 'binary', values: insideNumber },
];

export const sentenceFeatures: readonly TextFeature[] = [
  { name: 'words of the sentence so far', kind: 'number', values: wordsOfSentence },
  { name: 'inside quotes', kind: 'binary', values: insideQuotes },
];

/** Letters of the word so far; 0 outside words. */
export function lengthOfWord(text: string): Float32Array {
  let length = 0;
  return afterEach(text, (unit) => {
    length = isLetter(unit) ? length + 1 : 0;
    return length;
  });
}

/** Inside a word that began with a capital letter. */
export function insideCapitalisedWord(text: string): Float32Array {
  let [inWord, capitalised] = [false, false];
  return afterEach(text, (unit) => {
    const letter = isLetter(unit);
    capitalised = letter && (inWord ? capitalised : isCapital(unit));
    inWord = letter;
    return capitalised ? 1 : 0;
  });
}

/** Whether the last character is a capital letter. */
export function afterCapital(text: string): Float32Array {
  return afterEach(text, (unit) => (isCapital(unit) ? 1 : 0));
}

/** Whether the last character is a decimal digit. */
export function insideNumber(text: string): Float32Array {
  return afterEach(text, (unit) => (/\d/.test(unit) ? 1 : 0));
}

/** Words since the sentence began, which `.`, `?`, `!` or an empty line has ended. */
export function wordsOfSentence(text: string): Float32Array {
  let [words, inWord] = [0, false];
  return afterEach(text, (unit, i) => {
    const letter = isLetter(unit);
    if (/[.?!]/.test(unit) || endsParagraph(text, i)) words = 0;
    else if (letter && !inWord) words++;
    inWord = letter;
    return words;
  });
}

const CLOSING_QUOTES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['“', '”'],
  ['„', '“'],
  ['«', '»'],
]);

/**
 * Inside quotation marks: "…", “…”, „…“ or «…». An empty line ends all: direct speech over several paragraphs opens
 * anew in each, and one mark that is missing must not turn the rest of the text inside out.
 */
export function insideQuotes(text: string): Float32Array {
  let closing: string | undefined;
  return afterEach(text, (unit, i) => {
    if (unit === closing || endsParagraph(text, i)) closing = undefined;
    else closing ??= CLOSING_QUOTES.get(unit);
    return closing === undefined ? 0 : 1;
  });
}

function isLetter(unit: string): boolean {
  return /\p{L}/u.test(unit);
}

function isCapital(unit: string): boolean {
  return /\p{Lu}/u.test(unit);
}
