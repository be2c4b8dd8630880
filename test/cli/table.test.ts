import { describe, expect, it } from 'vitest';
import { table } from '../../src/cli/table.ts';

describe('table', () => {
  it('puts names to the left and figures to the right, two columns apart', () => {
    const rows = [
      ['', 'BLEU-4', 'n'],
      ['captioner', 31.5, 1000],
      ['nearest', 7, 12],
    ];
    expect(table(rows)).toBe(
      ['           BLEU-4     n', 'captioner    31.5  1000', 'nearest         7    12', ''].join('\n'),
    );
  });

  it('puts all to the left where they are words, with no spaces at the end of a line', () => {
    const rows = [
      ['feature', 'reads as'],
      ['digits', 'open'],
      ['inside quotes', ''],
    ];
    expect(table(rows, { numbers: false })).toBe('feature        reads as\ndigits         open\ninside quotes\n');
  });

  it('takes rows of different lengths, a wider gap, and no rows', () => {
    expect(table([['a', 1, 2], ['total']], { gap: 3 })).toBe('a       1   2\ntotal\n');
    expect(table([])).toBe('');
  });
});
