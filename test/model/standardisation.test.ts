import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import {
  measureStandardisation,
  standardisationOf,
  standardisationTensors,
  standardise,
} from '../../src/model/standardisation.ts';

const [N, D] = [500, 5];
const random = new Random(1);
/** Features with means 0, 10, …, and deviations 0, 0.5, 1, …: the first is a constant. */
const features = Float32Array.from({ length: N * D }, (_, i) => 10 * (i % D) + 0.5 * (i % D) * random.normal());

describe('standardisation', () => {
  const measured = measureStandardisation(features, D);

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
    const onePicture = measureStandardisation(Float32Array.of(1, 2, 3), 3);
    expect([...onePicture.scale]).toEqual([0, 0, 0]);
    const large = measureStandardisation(
      Float32Array.from({ length: 100 }, () => 1234.567),
      1,
    );
    expect([...large.scale]).toEqual([0]);
  });

  it('is read back as it was stored', () => {
    const tensors = new Map(standardisationTensors(measured).map(({ name, ...tensor }) => [name, tensor]));
    expect(standardisationOf(tensors, D, 'folder')).toEqual(measured);
  });

  it('is refused when it is not there or of another length', () => {
    const tensors = new Map(standardisationTensors(measured).map(({ name, ...tensor }) => [name, tensor]));
    expect(() => standardisationOf(tensors, D + 1, 'out')).toThrow(InputError);
    expect(() => standardisationOf(tensors, D + 1, 'out')).toThrow(
      'the weights in out are not those of a captioner: found features.mean of 5 values, expected features.mean of 6 values',
    );
    tensors.delete('features.scale');
    expect(() => standardisationOf(tensors, D, 'out')).toThrow(/found no tensor features\.scale/);
  });
});
