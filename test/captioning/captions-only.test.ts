import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import type { CaptionedFeatures } from '../../src/captioning/batch.ts';
import { featureDrawingSteps, fittingCaptionsSteps } from '../../src/captioning/captions-only.ts';
import type { Oddity } from '../../src/datasets/oddities.ts';
import { expectInputError } from '../input-error.ts';
import { vocabularyOf } from './small-captioning.ts';

const P = 1000;
const COLOURS = ['red', 'green', 'blue'];

/** Pictures of a colour: the feature of that colour is 1, the others -1, each with noise; a caption names the colour. */
function colourPictures(noise: number): CaptionedFeatures {
  const random = new Random(5);
  const colours = Array.from({ length: P }, () => Math.floor(random.uniform() * 3));
  return {
    features: Float32Array.from(
      colours.flatMap((colour) => COLOURS.map((_, d) => (d === colour ? 1 : -1) + noise * random.normal())),
    ),
    captions: colours.map((colour) => [`a ${COLOURS[colour]} wall`, `${COLOURS[colour]}`]),
    names: colours.map((_, i) => String(i)),
  };
}

describe('featureDrawingSteps', () => {
  const noise = 0.5;
  const pictures = colourPictures(noise);
  const vocabulary = vocabularyOf(pictures.captions.flat());
  const draw = runAtOnce(
    featureDrawingSteps({ captions: [['a red wall'], ['green', 'a wall']] }, pictures, vocabulary),
  );
  const drawn = (group: number) => {
    const random = new Random(1);
    return Array.from({ length: 4000 }, () => [...draw(group, random)]);
  };
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it('draws features about those of the pictures that have the words', () => {
    const features = drawn(0);
    for (const [d, expected] of [1, -1, -1].entries()) {
      expect(Math.abs(mean(features.map((row) => row[d]!)) - expected)).toBeLessThan(0.25);
    }
    const green = drawn(1).map((row) => row[1]! - row[0]!);
    expect(mean(green)).toBeGreaterThan(0.8); // less sure: one of its two captions says the colour
  });

  it('draws them as far apart as pictures are that have the same words', () => {
    const values = drawn(0).map((row) => row[1]!);
    const deviation = Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
    expect(deviation).toBeGreaterThan(0.9 * noise);
    expect(deviation).toBeLessThan(1.3 * noise);
  });

  it('draws the same for the same seed', () => {
    expect([...draw(0, new Random(9))]).toEqual([...draw(0, new Random(9))]);
    expect([...draw(0, new Random(9))]).not.toEqual([...draw(0, new Random(10))]);
  });
});

describe('fittingCaptionsSteps', () => {
  const known = { captions: [['a dog runs', 'the dog is brown'], ['a cat']] };
  const fitting = (groups: string[][], onLeftOut?: (oddity: Oddity) => void) =>
    runAtOnce(fittingCaptionsSteps([{ path: 'more.txt', groups }], known, onLeftOut));

  it('keeps captions of known words, those of one picture together, and says what it leaves out', () => {
    const leftOut: Oddity[] = [];
    const groups = [
      ['A brown dog.', 'the cat jumps'],
      ['собака бежит'],
      ['a cat runs'],
      [`dog ${'a '.repeat(40)}`, 'cat'],
    ];
    expect(fitting(groups, (oddity) => leftOut.push(oddity))).toEqual({
      captions: [['A brown dog.', 'the cat jumps'], ['a cat runs'], ['cat']],
    });
    expect(leftOut).toEqual([
      { what: 'captions without pictures left out, mostly of unknown words', count: 1, examples: ['"собака бежит"'] },
      {
        what: 'captions without pictures left out, too long',
        count: 1,
        examples: [expect.stringContaining('"dog a a')],
      },
    ]);
  });

  it('refuses a file of something else', async () => {
    const poem = ['Шёпот, робкое дыханье', 'трели соловья'].map((line) => [line]);
    await expectInputError(
      (async () => fitting([['a dog'], ...poem]))(),
      /more\.txt does not hold captions like those of the pictures/,
    );
    await expectInputError((async () => fitting([['dog '.repeat(41)]]))(), /1 of 1 .* too long/);
  });

  it('compares captions with those in their language, by default the first', () => {
    const pictures = { captions: [['a dog runs'], ['ein Hund rennt']], languages: ['en', 'de'] };
    const groups = [['a dog'], ['ein Hund'], ['the man']];
    const fittingIn = (languages?: string[]) =>
      runAtOnce(fittingCaptionsSteps([{ path: 'more.csv', groups, languages }], pictures));
    expect(fittingIn(['en', 'de', 'de'])).toEqual({ captions: [['a dog'], ['ein Hund']], languages: ['en', 'de'] });
    expect(() => fittingIn()).toThrow(/2 of 3 that can't be learned from/);
    expect(() => fittingIn(['en', 'de', 'fr'])).toThrow(
      "more.csv holds captions in a language that no picture's are in: found fr, expected en, de",
    );
    const unsaid = runAtOnce(
      fittingCaptionsSteps([{ path: 'more.csv', groups: [['a dog']], languages: ['fr'] }], known),
    );
    expect(unsaid).toEqual({ captions: [['a dog']] });
  });

  it('has nothing without files', () => {
    expect(runAtOnce(fittingCaptionsSteps([], known))).toEqual({ captions: [] });
  });
});
