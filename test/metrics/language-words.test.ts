import { describe, expect, it } from 'vitest';
import { joinWords, partWords, tokenizerOf } from '../../src/metrics/language-words.ts';
import { tokenizeCaption } from '../../src/metrics/tokenize.ts';

describe('tokenizerOf', () => {
  it('is that of the published scores for English, and where no language is named', () => {
    const caption = "The dog can't (really) swim at 3.5 km/h, a naïve mid-air dog.";
    for (const language of [undefined, 'en', 'en-GB']) {
      expect(tokenizerOf(language)(caption)).toEqual(tokenizeCaption(caption));
    }
    expect(tokenizerOf('enm')(caption)).not.toEqual(tokenizeCaption(caption)); // Middle English
  });

  it('parts what is written without spaces by dictionaries where no language is named', () => {
    expect(tokenizerOf()('一只狗在草地上，with a Dog')).toEqual(['一只', '狗', '在', '草地', '上', 'with', 'a', 'dog']);
    expect(tokenizerOf()('สุนัขวิ่งในหิมะ')).toEqual(tokenizerOf('th')('สุนัขวิ่งในหิมะ'));
    expect(tokenizerOf()('狗'.repeat(30_000)).join('')).toBe('狗'.repeat(30_000));
  });

  it.each([
    [
      'de',
      'Ein Mädchen (3) geht’s an: „Fußball-Spiel“, z. B. an der Straßenbahnhaltestelle!',
      'ein mädchen 3 geht’s an fußball spiel z b an der straßenbahnhaltestelle',
    ],
    ['tr', 'IŞIK İçinde bir kız.', 'ışık içinde bir kız'],
    ['ar', 'كلبٌ يركض، في الثلج؟', 'كلبٌ يركض في الثلج'],
    ['hi', 'एक कुत्ता बर्फ में दौड़ रहा है।', 'एक कुत्ता बर्फ में दौड़ रहा है'],
    ['zh', '一只狗在雪地里奔跑。', '一只 狗 在 雪地 里 奔跑'],
    ['ja', '犬が雪の中を走る。', '犬 が 雪 の 中 を 走る'],
    ['th', 'สุนัขวิ่งในหิมะ', 'สุนัข วิ่ง ใน หิมะ'],
  ])('gives the words of a caption in %s', (language, caption, words) => {
    expect(tokenizerOf(language)(caption)).toEqual(words.split(' '));
  });

  it('takes letters that were written in two ways for the same', () => {
    expect(tokenizerOf('de')('Ma\u0308dchen')).toEqual(['m\u00e4dchen']);
  });
});

describe('joinWords', () => {
  it('puts spaces where the language has them', () => {
    expect(joinWords(['ein', 'hund'], 'de')).toBe('ein hund');
    expect(joinWords(['a', 'dog'])).toBe('a dog');
    expect(joinWords([], 'ja')).toBe('');
  });

  it('puts none where it has none, but between words of another script', () => {
    expect(joinWords(['一只', '狗'], 'zh')).toBe('一只狗');
    expect(joinWords(['apple', 'watch', 'を', '見る', '2', '匹'], 'ja')).toBe('apple watchを見る2匹');
  });

  it('goes by the script where no language is named', () => {
    expect(joinWords(['一只', '狗', 'and', 'a', '猫'])).toBe('一只狗 and a 猫');
    expect(partWords('一只狗 and a 猫')).toEqual(['一只', '狗', 'and', 'a', '猫']);
  });

  it.each(['zh', 'ja', 'th', 'de'])('makes a text of which the words are the same again: %s', (language) => {
    const texts: Record<string, string> = {
      zh: '一只狗在雪地里奔跑',
      ja: '犬がiphone proの横を走る',
      th: 'สุนัขวิ่งในหิมะ',
      de: 'ein hund rennt',
    };
    const words = tokenizerOf(language)(texts[language]!);
    expect(joinWords(words, language)).toBe(texts[language]);
    expect(partWords(texts[language]!, language)).toEqual(words);
  });
});
