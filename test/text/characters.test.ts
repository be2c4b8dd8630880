import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { splitCharacters } from '../../src/text/characters.ts';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

describe('splitCharacters keeps together', () => {
  const clusters = {
    'a family of emoji': '👩‍👩‍👧‍👦',
    'an emoji with a skin tone': '👍🏽',
    'a flag': '🇳🇴',
    'an emoji by its variation': '❤️',
    'a keycap': '1️⃣',
    'a letter and its accent': 'e\u0301',
    'a letter and many accents': `a${'\u0301\u0323'.repeat(300)}`,
    'a punctuation mark that is an emoji': '\u203c\ufe0f',
    'Hangul from parts': '\u1112\u1161\u11ab',
    'a Devanagari syllable sign': 'नि',
    'Thai with its vowel': 'กำ',
    'a number sign with its digit': '\u06001',
    'a character outside the basic plane': '𝔸',
    'a line end of two': '\r\n',
  };
  for (const [name, cluster] of Object.entries(clusters)) {
    it(name, () => {
      expect(splitCharacters(cluster)).toEqual([cluster]);
      expect(splitCharacters(`“x${cluster}`)).toEqual(
        [...segmenter.segment(`“x${cluster}`)].map(({ segment }) => segment),
      );
    });
  }
});

describe('splitCharacters takes apart', () => {
  it('everything else', () => {
    expect(splitCharacters('a\n\nb\r\rc\r\n\nd')).toEqual(['a', '\n', '\n', 'b', '\r', '\r', 'c', '\r\n', '\n', 'd']);
    expect(splitCharacters('“Да”, 日本。')).toEqual(['“', 'Д', 'а', '”', ',', ' ', '日', '本', '。']);
    expect(splitCharacters('🇳🇴🇸🇪🇩')).toEqual(['🇳🇴', '🇸🇪', '🇩']);
    expect(splitCharacters('\n\u0301')).toEqual(['\n', '\u0301']);
    expect(splitCharacters('')).toEqual([]);
  });
});

describe('splitCharacters of random texts', () => {
  /** What joins, what does not, and halves of surrogate pairs. */
  const parts = [
    ...[
      'a',
      ' ',
      'é',
      '\n',
      '\r',
      '\t',
      '\0',
      '“',
      'я',
      '҃',
      '日',
      'か',
      '゙',
      '、',
      'ア',
      'ﾞ',
      '！',
      '\u00ad',
      '©',
      '‼',
      '\u0600',
    ],
    ...[
      '\u0301',
      '\u200d',
      '\ufe0f',
      '\u20e3',
      '🏽',
      '🇳',
      '👩',
      '👩‍🚀',
      'क',
      '्',
      'ि',
      'ำ',
      'ᄒ',
      'ᅡ',
      '한',
      '\ud83d',
      '\ude00',
      '\u{e0067}',
      '\u{110bd}',
    ],
  ];

  it('is what the Unicode segmenter finds, and joined is the text', () => {
    const random = new Random(1);
    for (let i = 0; i < 3000; i++) {
      const text = Array.from({ length: random.integer(40) }, () => parts[random.integer(parts.length)]).join('');
      const characters = splitCharacters(text);
      expect(characters).toEqual([...segmenter.segment(text)].map(({ segment }) => segment));
      expect(characters.join('')).toBe(text);
    }
  });

  it('is so for every two code units', () => {
    const random = new Random(2);
    for (let unit = 0; unit < 0x10000; unit++) {
      const pair = String.fromCharCode(...(unit % 2 ? [unit, random.integer(0x400)] : [random.integer(0x400), unit]));
      const [first] = segmenter.segment(pair);
      if (splitCharacters(pair)[0] !== first?.segment) expect.fail(`taken apart otherwise: ${JSON.stringify(pair)}`);
    }
  });

  it('is so across the windows that a long stretch is cut into', () => {
    const random = new Random(3);
    const joining = parts.filter((part) => part.charCodeAt(0) >= 0x300);
    const text = Array.from({ length: 5000 }, () => joining[random.integer(joining.length)]).join('');
    expect(splitCharacters(text)).toEqual([...segmenter.segment(text)].map(({ segment }) => segment));
  });
});

describe('splitCharacters is fast on a megabyte', () => {
  const megabyte = (piece: string) => piece.repeat(Math.ceil(2 ** 20 / piece.length));
  for (const [name, text] of Object.entries({
    'of plain text': megabyte('To be, or not to be,\n'),
    'with curly quotes, in one line': megabyte('“To be”, or not to be, '),
    'of Chinese': megabyte('床前明月光，疑是地上霜。'),
    'that is one character': `a${megabyte('\u0301')}`,
  })) {
    it(name, () => {
      const start = performance.now();
      splitCharacters(text);
      // 0.1 s on an idle machine. What this guards against took minutes.
      expect(performance.now() - start).toBeLessThan(5000);
    });
  }
});
