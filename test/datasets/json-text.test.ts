import fc from 'fast-check';
import { expect, it } from 'vitest';
import { asJson, jsonValues } from '../../src/datasets/json-text.ts';

it.each([
  ['{"id":12345678901234567890}', { id: '12345678901234567890' }],
  [
    '[-12345678901234567890,12345678901234567e3,1234567890123456.5]',
    ['-12345678901234567890', 12345678901234567e3, 1234567890123456.5],
  ],
  [
    '[0.06666666666666667,-3.3333333333333335,1.2345678901234566e-7]',
    [0.06666666666666667, -3.3333333333333335, 1.2345678901234566e-7],
  ],
  [
    '{"NaN":NaN,"of":"12345678901234567890 \\"NaN\\"","to":-Infinity}',
    { NaN: null, of: '12345678901234567890 "NaN"', to: null },
  ],
])('asJson makes %s readable without loss', (text, value) => {
  expect(JSON.parse(asJson(text))).toEqual(value);
});

it('asJson leaves any number with a fraction as it is', () => {
  const fraction = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Number.isInteger(x));
  fc.assert(
    fc.property(fc.array(fraction), (numbers) => {
      expect(JSON.parse(asJson(JSON.stringify(numbers)))).toEqual(numbers);
    }),
  );
});

it('jsonValues gives objects with long fractions a line each', () => {
  const lines = ['{"vector":[0.06666666666666667]}', '{"vector":[0.5]}'];
  expect(jsonValues(lines.join('\n')).map(({ text }) => text)).toEqual(lines);
});
