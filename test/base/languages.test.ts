import { describe, expect, it } from 'vitest';
import { isUnspaced, languageTag } from '../../src/base/languages.ts';

describe('languageTag', () => {
  it.each([
    ['de', 'de'],
    ['PT-br', 'pt-BR'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['iw', 'he'],
    ['yue', 'yue'],
  ])('gives %s as %s', (text, tag) => expect(languageTag(text)).toBe(tag));

  it.each(['', 'd', 'de_DE', 'German', 'english', 'x-mine', 'de-', 'en de', 'de\n', '12'])(
    'has none for %j',
    (text) => {
      expect(languageTag(text)).toBeUndefined();
    },
  );
});

it('knows the languages without spaces, in any script of theirs', () => {
  const unspaced = ['zh', 'zh-TW', 'yue', 'ja', 'th', 'lo', 'km', 'my'];
  const spaced = ['de', 'ko', 'vi', 'ar', 'hi', 'zh-Latn', 'ja-Latn'];
  expect([...unspaced, ...spaced].filter(isUnspaced)).toEqual(unspaced);
});
