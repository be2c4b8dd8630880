import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { splitWords, wordsWithoutSpaces } from '../../src/text/words.ts';

describe('splitWords', () => {
  it('gives words and marks the one space before them, and leaves other white space alone', () => {
    expect(splitWords('"Well, don\'t!" she said.\n')).toEqual([
      ...['"', 'Well', ',', " don't", '!', '"', ' she', ' said', '.', '\n'],
    ]);
    expect(splitWords('a  b\t c \r\n\n d ')).toEqual(['a', ' ', ' b', '\t', ' c', ' ', '\r\n', '\n', ' d', ' ']);
    expect(splitWords('x += 10; // (y_1)')).toEqual(['x', ' +', '=', ' 10', ';', ' /', '/', ' (', 'y_1', ')']);
  });

  it('keeps apostrophes inside words only, typographic ones too', () => {
    expect(splitWords("’tis the dogs’ o’clock 'n'")).toEqual([
      '’',
      'tis',
      ' the',
      ' dogs',
      '’',
      ' o’clock',
      " '",
      'n',
      "'",
    ]);
  });

  it('keeps letters of all scripts with their marks, and emoji whole', () => {
    expect(splitWords('Où e\u0301te\u0301 Ελλάδα नि')).toEqual(['Où', ' e\u0301te\u0301', ' Ελλάδα', ' नि']);
    expect(splitWords('hi 👩‍🚀👍🏽❤️🇳🇴!')).toEqual(['hi', ' 👩‍🚀', '👍🏽', '❤️', '🇳🇴', '!']);
  });

  it('finds the words of scripts that have no spaces', () => {
    expect(splitWords('私は学生です。OK')).toEqual(['私', 'は', '学生', 'です', '。', 'OK']);
    expect(splitWords('ภาษาไทย').length).toBeGreaterThan(1);
  });

  it('joined is the text, also when it is cut behind a line end', () => {
    const random = new Random(1);
    const parts = [
      'a',
      'B',
      ' ',
      ' ',
      '\n',
      '\r',
      '\t',
      "'",
      '’',
      '.',
      '-',
      '日',
      '本',
      'ー',
      'é',
      '\u0301',
      '👩‍🚀',
      '1',
      '\u00a0',
      '\ud83d',
    ];
    for (let i = 0; i < 2000; i++) {
      const text = Array.from({ length: random.integer(30) }, () => parts[random.integer(parts.length)]).join('');
      const words = splitWords(text);
      expect(words.join('')).toBe(text);
      const end = text.indexOf('\n') + 1;
      expect([...splitWords(text.slice(0, end)), ...splitWords(text.slice(end))]).toEqual(words);
    }
  });
});

it('wordsWithoutSpaces leaves out what stands before and between words', () => {
  expect(wordsWithoutSpaces(' "Well,  don\'t!"\n she said. ')).toEqual([
    '"',
    'Well',
    ',',
    "don't",
    '!',
    '"',
    'she',
    'said',
    '.',
  ]);
});
