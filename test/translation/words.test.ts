import { describe, expect, it } from 'vitest';
import { runAtOnce } from '../../src/base/steps.ts';
import {
  bleuWords,
  decodeText,
  encodeText,
  translationVocabularySteps,
  translationWords,
  UNKNOWN_ID,
} from '../../src/translation/words.ts';

describe('translationWords', () => {
  it('carry their spaces, and part a word that has lost its last vowel from the next', () => {
    expect(translationWords(" L'homme près d'un bus, qu’il voit. ")).toEqual([
      "L'",
      'homme',
      ' près',
      " d'",
      'un',
      ' bus',
      ',',
      ' qu’',
      'il',
      ' voit',
      '.',
    ]);
    expect(translationWords("It isn't a dog's.")).toEqual(['It', " isn't", ' a', " dog's", '.']);
  });

  it.each(['Zwei Männer (links) – "gut"!', "Aujourd'hui, c'est ça…", '二人の男。', 'Va !'])('joined are %s', (text) => {
    expect(translationWords(text).join('')).toBe(text);
  });
});

describe('a vocabulary of translations', () => {
  const vocabularyOf = (texts: string[]) => runAtOnce(translationVocabularySteps(texts, 2, 'texts'));
  const vocabulary = vocabularyOf(['a dog runs', 'a dog <unk>', 'the end']);

  it('has the special tokens, then what comes often enough', () => {
    expect(vocabulary.tokens).toEqual(['<start>', '<end>', '<unk>', ' dog', 'a']);
    expect(() => vocabularyOf(['a b'])).toThrow('no word of the texts comes 2 times');
  });

  it('gives ids to texts and texts to ids', () => {
    const ids = encodeText('a dog sits', vocabulary);
    expect(ids).toEqual([4, 3, UNKNOWN_ID]);
    expect(decodeText(ids.slice(0, 2), vocabulary)).toBe('a dog');
    expect(encodeText('a'.repeat(3).split('').join(' ').repeat(1), vocabulary)).toHaveLength(3);
    expect(encodeText('a '.repeat(500), vocabulary)).toHaveLength(100);
  });
});

describe('bleuWords', () => {
  it('are in lower case and without spaces, punctuation apart', () => {
    expect(bleuWords("Un homme, l'autre!")).toEqual(['un', 'homme', ',', "l'autre", '!']);
  });
});
