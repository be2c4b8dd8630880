import { expect, it } from 'vitest';
import { whereOf } from '../../src/cli/describe-explained.ts';

const caption = { caption: 'a dog', logProb: -2, words: ['a', 'dog'].map((word) => ({ word, logProb: -1 })) };
const words = [
  [0.123456, 0, 0, 0.876544],
  [0.25, 0.25, 0.25, 0.25],
];

it('JSON says how places were found and what their numbers are, to four digits', () => {
  const attention = whereOf(caption, { by: 'attention', grid: 2, fit: 'squash', words });
  expect(attention).toEqual({
    where: {
      by: 'attention',
      grid: 2,
      words: [
        { word: 'a', weights: [0.1235, 0, 0, 0.8765] },
        { word: 'dog', weights: words[1] },
      ],
    },
  });
  const occlusion = whereOf(caption, { by: 'occlusion', grid: 2, fit: 'squash', words }) as typeof attention;
  expect(occlusion.where?.words[1]).toEqual({ word: 'dog', falls: words[1] });
});

it('without maps it says nothing', () => {
  expect(whereOf(caption, undefined)).toEqual({});
});
