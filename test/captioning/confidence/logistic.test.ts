import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { fitLogistic, probabilityOf } from '../../../src/captioning/confidence/logistic.ts';

const random = new Random(1);
const TRUE = { bias: -0.7, weights: [1.5, 0.02, 0] };

/** Cases of a known logistic, whose signals have other means and sizes. */
const observations = Array.from({ length: 20_000 }, () => {
  const signals = [2 + random.normal(), 100 * random.normal(), 5 + random.normal()];
  return { signals, outcome: random.uniform() < probabilityOf(TRUE, signals), weight: 1 };
});

describe('fitLogistic', () => {
  it('recovers the logistic that outcomes were drawn from', () => {
    const { bias, weights } = fitLogistic(observations);
    expect(weights[0]).toBeCloseTo(1.5, 1);
    expect(weights[1]).toBeCloseTo(0.02, 2);
    expect(weights[2]).toBeLessThan(0.05);
    // The bias by what it does: signal 3 is nearly without weight, but far from 0.
    for (const x of [0, 1, 2, 3]) {
      expect(probabilityOf({ bias, weights }, [x, 0, 5])).toBeCloseTo(probabilityOf(TRUE, [x, 0, 5]), 1);
    }
  });

  it('leaves a signal out that would make the outcome less probable', () => {
    const turned = observations.map((one) => ({ ...one, signals: [one.signals[0]!, -one.signals[1]!, 1] }));
    const { weights } = fitLogistic(turned);
    expect(weights[0]).toBeGreaterThan(0.5);
    expect(weights.slice(1)).toEqual([0, 0]);
  });

  it('counts observations by their weights', () => {
    const yes = { signals: [0], outcome: true, weight: 3 };
    const no = { signals: [0], outcome: false, weight: 1 };
    const many = Array.from({ length: 400 }, () => [yes, no]).flat();
    expect(probabilityOf(fitLogistic(many), [0])).toBeCloseTo(0.75, 2);
  });

  it('is near 0 or 1, not at them, where all outcomes are the same', () => {
    for (const outcome of [true, false]) {
      const same = Array.from({ length: 60 }, (_, i) => ({ signals: [i], outcome, weight: 1 }));
      expect(Math.abs(probabilityOf(fitLogistic(same), [30]) - Number(outcome))).toBeCloseTo(1 / 62, 3);
    }
  });
});
