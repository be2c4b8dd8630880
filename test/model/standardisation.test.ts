import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import {
  measureStandardisationSteps,
  standardisationOf,
  standardisationTensors,
  standardise,
} from '../../src/model/standardisation.ts';

const measure = (...of: Parameters<typeof measureStandardisationSteps>) =>
  runAtOnce(measureStandardisationSteps(...of));

const [N, D] = [500, 5];
const random = new Random(1);
/** Features with means 0, 10, …, and deviations 0, 0.5, 1, …: the first is a constant. */
const features = Float32Array.from({ length: N * D }, (_, i) => 10 * (i % D) + 0.5 * (i % D) * random.normal());

describe('standardisation', () => {
  const measured = measure([features], D);

  it('gives every feature a mean of 0 and a deviation of 1', () => {
    const standardised = features.slice();
    standardise(standardised, measured);
    for (let d = 1; d < D; d++) {
      const column = standardised.filter((_, i) => i % D === d);
      const mean = column.reduce((sum, x) => sum + x, 0) / N;
      expect(mean).toBeCloseTo(0, 4);
      expect(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / N).toBeCloseTo(1, 3);
    }
  });

  it('leaves out a feature that hardly varies, whatever another picture has there', () => {
    const other = Float32Array.of(7, 10, 20, 30, 40);
    standardise(other, measured);
    expect(other[0]).toBe(0);
    const onePicture = measure([Float32Array.of(1, 2, 3)], 3);
    expect([...onePicture.scale]).toEqual([0, 0, 0]);
    const large = measure([new Float32Array(100).fill(1234.567)], 1);
    expect([...large.scale]).toEqual([0]);
  });

  it('takes for a constant what deviates less than it is told to', () => {
    const pieces = [Float32Array.of(0, 0), Float32Array.of(2, 2e-4)];
    expect(measure(pieces, 2)).toEqual({
      mean: Float32Array.of(1, 1e-4),
      scale: Float32Array.of(1, 1e4),
    });
    expect(measure(pieces, 2, 1e-3).scale).toEqual(Float32Array.of(1, 0));
  });

  it('has the digits of numbers that are large beside their differences', () => {
    const { mean, scale } = measure([Float32Array.of(1_000_000, 1_000_002)], 1);
    expect([...mean, ...scale]).toEqual([1_000_001, 1]);
  });

  it.each(['features', 'inputs'] as const)('of %s is read back as it was stored', (of) => {
    const tensors = new Map(standardisationTensors(measured, of).map(({ name, ...tensor }) => [name, tensor]));
    expect(standardisationOf(tensors, D, 'folder', of)).toEqual(measured);
  });

  it('of models that were stored before is read as it was meant', () => {
    const stored = { shape: [1, 2], data: Float32Array.of(4, 1) };
    const tensors = new Map([
      ['inputs.mean', { shape: [1, 2], data: Float32Array.of(1, 7) }],
      ['inputs.deviation', stored],
    ]);
    expect(standardisationOf(tensors, 2, 'folder', 'inputs').scale).toEqual(Float32Array.of(0.25, 1));
  });

  it('is refused when it is not there or of another length', () => {
    const tensors = new Map(standardisationTensors(measured, 'features').map(({ name, ...tensor }) => [name, tensor]));
    expect(() => standardisationOf(tensors, D + 1, 'out', 'features')).toThrow(InputError);
    expect(() => standardisationOf(tensors, D + 1, 'out', 'features')).toThrow(
      /^the weights in out are not those that its config describes: found features\.(mean|scale) of 5 values, expected features\.\1 of 6 values$/,
    );
    tensors.delete('features.scale');
    expect(() => standardisationOf(tensors, D, 'out', 'features')).toThrow(/found no tensor features\.scale/);
  });
});
