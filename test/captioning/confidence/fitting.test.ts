import { describe, expect, it } from 'vitest';
import { runAtOnce } from '../../../src/base/steps.ts';
import { FittingCaptions } from '../../../src/captioning/confidence/fitting.ts';

const captions = [
  ['A red boat on a lake.', 'a red boat on the lake', 'the boat is red'],
  ['two dogs run on grass', 'two dogs run over grass', 'dogs play'],
  ['a man rides a horse'],
  ['a child eats an apple', 'a child eats a red apple', 'something else is here'],
];
const fitting = runAtOnce(FittingCaptions.createSteps(captions));
const scoreOf = (picture: number, caption: string) => fitting.scores(picture, [caption.split(' ')])[0]!;

describe('captions that fit', () => {
  it('are as similar to what people wrote as three of four captions by people', () => {
    expect(fitting.pictures).toEqual([0, 1, 3]);
    // Of nine captions by people two are less similar to the others than the threshold.
    expect(fitting.threshold).toBeGreaterThan(0);
    expect(fitting.fits(fitting.threshold!)).toBe(true);
    expect(fitting.fits(fitting.threshold! - 1e-9)).toBe(false);
    expect(fitting.fits(scoreOf(0, 'a red boat on a lake'))).toBe(true);
    expect(fitting.fits(scoreOf(0, 'two dogs run on grass'))).toBe(false);
  });

  it('know the words that people use, in lower case', () => {
    expect(fitting.hasWord(0, 'lake')).toBe(true);
    expect(fitting.hasWord(0, 'a')).toBe(true);
    expect(fitting.hasWord(0, 'dogs')).toBe(false);
  });

  it('can not be told from others where people wrote one caption each', () => {
    const alone = runAtOnce(FittingCaptions.createSteps(captions.map(([first]) => [first!])));
    expect(alone.threshold).toBeUndefined();
    expect(alone.pictures).toEqual([]);
    expect(alone.fits(10)).toBe(false);
  });
});
