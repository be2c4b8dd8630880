import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { runAtOnce } from '../../../src/base/steps.ts';
import { WordDetectors } from '../../../src/captioning/confidence/word-detectors.ts';
import { openEngine } from '../../../src/compute/engine.ts';
import { END } from '../../../src/text/special-tokens.ts';
import { COLOURS, featuresFor, vocabularyOf } from '../small-captioning.ts';

const engine = await openEngine('wasm');
afterAll(() => engine.close());

/** So often that the penalty on weights matters little. */
const pictures = Array.from({ length: 200 }, () =>
  COLOURS.flatMap((sky) => COLOURS.map((ground) => [sky, ground] as const)),
).flat();
const captions = pictures.map(([sky, ground], i) => [`a ${sky} sky`, i < 16 ? 'unheard of' : `above ${ground} ground`]);
const vocabulary = vocabularyOf([...captions.flat(), 'purple'], 1);
const id = (word: string) => vocabulary.idOf(word)!;
const features = featuresFor(pictures);
const detectors = runAtOnce(
  WordDetectors.learnSteps(engine, { features: features.slice(), captions }, { vocabulary }, new Random(1)),
);
const detect = (...picture: (typeof pictures)[number]) => detectors.detect(featuresFor([picture]));

describe('word detectors', () => {
  it('predict the share of captions with a word: most where the picture calls for it', () => {
    for (const sky of COLOURS) {
      const words = COLOURS.map((colour) => detect(sky, sky).shareOf(id(colour)));
      expect(words.indexOf(Math.max(...words))).toBe(COLOURS.indexOf(sky));
      expect(words[COLOURS.indexOf(sky)]).toBeGreaterThan(0.5);
    }
    expect(detect('red', 'blue').shareOf(id('sky'))).toBeCloseTo(0.5, 1);
    expect(detect('red', 'blue').shareOf(id('unheard'))).toBeCloseTo(0, 1);
    expect(detect('red', 'blue').shareOf(id('purple'))).toBe(0);
  });

  it('find a caption similar that says what is there, not one that says what everyone says', () => {
    const similarity = (caption: string) => detect('red', 'blue').similarity(caption.split(' ').map(id));
    expect(similarity('a red sky above blue ground')).toBeGreaterThan(2 * similarity('a white sky above green ground'));
    expect(similarity('a red sky')).toBeGreaterThan(similarity('a sky'));
    expect(similarity('purple')).toBe(0);
    // A word that is said again is one that nobody has said again.
    expect(similarity('a red red sky')).toBeLessThan(similarity('a red sky'));
    expect(similarity('red red red')).toBeCloseTo(similarity('red') / 3, 6);
  });

  it('make a word cost the more in a search the less it is expected, within bounds, and END nothing', () => {
    const [end, detected] = [vocabulary.idOf(END)!, detect('red', 'blue')];
    const costs = detected.costs(vocabulary.size, end);
    expect(costs).toHaveLength(vocabulary.size);
    expect(costs[id('sky')]).toBeCloseTo(-0.3 * Math.log(detected.shareOf(id('sky'))), 6);
    const most = -0.3 * Math.log(0.02);
    expect(costs[id('purple')]).toBeCloseTo(most, 6);
    expect(costs[end]).toBe(0);
    for (const cost of costs) expect(cost).toBeGreaterThanOrEqual(0);
    expect(Math.max(...costs)).toBeLessThanOrEqual(most + 1e-6);
    expect(costs[id('red')]).toBeLessThan(costs[id('white')]!);
  });
});
