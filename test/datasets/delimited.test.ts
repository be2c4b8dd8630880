import { expect, test } from 'vitest';
import { parseDelimited } from '../../src/datasets/delimited.ts';

test.each([
  ['nothing', '', []],
  ['a record without line end', 'a,b', [['a', 'b']]],
  [
    'both line ends',
    'a,b\r\nc,d\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'empty fields',
    ',\na,\n',
    [
      ['', ''],
      ['a', ''],
    ],
  ],
  ['a last field that is empty', 'a,', [['a', '']]],
  ['quoted commas, quotes and line breaks', '"a,b","say ""hi""","x\ny"\nz', [['a,b', 'say "hi"', 'x\ny'], ['z']]],
  ['quotes inside a plain field', 'a 5" pipe,b', [['a 5" pipe', 'b']]],
  ['empty lines', 'a\n\n\nb\n', [['a'], ['b']]],
  ['a quoted empty field', '""\n', [['']]],
])('parseDelimited reads %s', (_, text, expected) => {
  expect(parseDelimited(text, 'table').map(({ fields }) => fields)).toEqual(expected);
});

test('parseDelimited counts lines, those inside fields too', () => {
  expect(parseDelimited('"a\nb"\n\nc', 'table').map(({ line }) => line)).toEqual([1, 4]);
});

test.each([
  ['an open quote', 'a\n"b', /table line 2 is not valid CSV: found "\\"b"/],
  ['text after a quote', '"a"b,c', /table line 1 is not valid CSV/],
])('parseDelimited refuses %s', (_, text, message) => {
  expect(() => parseDelimited(text, 'table')).toThrow(message);
});
