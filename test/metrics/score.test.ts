import { describe, expect, test } from 'vitest';
import { scoreCaptions } from '../../src/metrics/score.ts';

const references = new Map([
  ['1', ['a red boat on the sea', 'one red boat']],
  ['2', ['two dogs run', 'dogs running on grass']],
]);

describe('scoreCaptions', () => {
  test('goes by the words of the language that is named', () => {
    const candidates = new Map([
      ['a', 'ışık 3 ma\u0308dchen'],
      ['b', 'x'],
    ]);
    const references = new Map([
      ['a', ['IŞIK 3 m\u00e4dchen']],
      ['b', ['x']],
    ]);
    expect(scoreCaptions(candidates, references, 'tr').bleu1).toBeCloseTo(1);
    expect(scoreCaptions(candidates, references, 'de').bleu1).toBeCloseTo(3 / 4);
    expect(scoreCaptions(candidates, references).bleu1).toBeCloseTo(2 / 4);
  });

  test('gives 1 to captions that are references, and counts their variety', () => {
    const scores = scoreCaptions(
      new Map([
        ['1', 'A red boat on the sea.'],
        ['2', 'dogs running on grass'],
      ]),
      references,
    );
    expect(scores).toMatchObject({ distinctCaptions: 1, vocabulary: 9, meanLength: 5, distinct2: 1 });
    expect(scores.bleu4).toBeCloseTo(1);
    expect(scores.rougeL).toBeCloseTo(1);
    expect(scores.lengthRatio).toBeCloseTo(1);
    expect(scores.distinct1).toBeCloseTo(0.9);
  });

  test('gives 0 to empty captions, and no NaN', () => {
    const scores = scoreCaptions(
      new Map([
        ['1', ''],
        ['2', '...'],
      ]),
      references,
    );
    expect(scores).toMatchObject({ rougeL: 0, cider: 0, ciderPlain: 0, distinct1: 0, vocabulary: 0, meanLength: 0 });
    expect(scores.bleu1).toBeCloseTo(0);
  });

  test.each([
    ['a missing candidate', new Map([['1', 'a']]), references, /no candidate for 1 picture \(2\)$/],
    [
      'a missing reference',
      new Map([
        ['1', 'a'],
        ['2', 'b'],
        ['3', 'c'],
      ]),
      references,
      /no reference for 1 picture \(3\)$/,
    ],
    ['references without a caption', new Map([['1', 'a']]), new Map([['1', []]]), /no reference for 1 picture \(1\)$/],
    ['no caption at all', new Map(), new Map(), /there is no caption to score/],
  ])('refuses %s', (_, candidates, references, message) => {
    expect(() => scoreCaptions(candidates, references)).toThrow(message);
  });

  test('lists only the first of many missing ids', () => {
    const many = new Map(Array.from({ length: 9 }, (_, i) => [String(i), ['a']]));
    expect(() => scoreCaptions(new Map(), many)).toThrow(/no candidate for 9 pictures \(0, 1, 2, 3, 4, …\)/);
  });
});
