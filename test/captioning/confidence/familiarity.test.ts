import { afterAll, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { runAtOnce } from '../../../src/base/steps.ts';
import { Familiarity } from '../../../src/captioning/confidence/familiarity.ts';
import { openEngine } from '../../../src/compute/engine.ts';

const engine = await openEngine('wasm');
afterAll(() => engine.close());

const D = 6;
/** Pictures of two kinds, each around a direction of its own. */
function pictures(count: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count * D }, (_, i) => {
    const kind = Math.floor(i / D) % 2;
    return (i % D === kind ? 3 : 0) + 0.2 * random.normal();
  });
}

const learn = () => runAtOnce(Familiarity.learnSteps(engine, pictures(200, 1), D, new Random(1)));

it('is high for pictures like those learned from, whatever their length, and low for others', () => {
  const familiarity = learn();
  const known = pictures(20, 2);
  for (let n = 0; n < 20; n++) {
    const features = known.slice(n * D, (n + 1) * D);
    expect(familiarity.of(features)).toBeGreaterThan(0.95);
    expect(familiarity.of(features)).toBeLessThanOrEqual(1);
    expect(familiarity.of(features.map((x) => 100 * x))).toBeCloseTo(familiarity.of(features), 4);
  }
  expect(familiarity.of(Float32Array.of(0, 0, 0, 0, 1, 1))).toBeLessThan(0.5);
  expect(familiarity.of(new Float32Array(D))).toBe(0);
});

it('is learned alike each time', () => {
  expect(learn().centroids).toEqual(learn().centroids);
});
