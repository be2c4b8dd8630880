/** Findings in words, for the terminal and the page. */
import type { Finding, FoundCell } from './search.ts';

/** What a cell's value says of the feature: `tanh(c) > 0.26, 94.5 % on the right side`. */
export function readingInWords(cell: FoundCell, { chance }: Finding, quantity: string): string {
  if (cell.figure <= chance) return 'no better than chance';
  if ('slope' in cell) {
    const { slope, intercept } = cell;
    return `${intercept.toFixed(1)} ${slope < 0 ? '-' : '+'} ${Math.abs(slope).toFixed(1)} · ${quantity}`;
  }
  const { threshold, above, balancedAccuracy } = cell;
  return `${quantity} ${above ? '>' : '<'} ${threshold.toFixed(2)}, ${(100 * balancedAccuracy).toFixed(1)} % on the right side`;
}

export function figureInWords(value: number): string {
  return value.toFixed(3);
}

/** What stands above the columns of `findingRows`. */
export const FINDING_HEADINGS = ['feature', 'measure', 'chance', 'layer', 'cell', 'figure', 'reads as'] as const;

/** A row for each cell; the feature stands in the first alone. */
export function findingRows(finding: Finding, quantity: string): string[][] {
  const { feature, measure, chance, cells } = finding;
  return cells.map((cell, i) => [
    ...(i === 0 ? [feature, measure, figureInWords(chance)] : ['', '', '']),
    String(cell.layer),
    String(cell.cell),
    figureInWords(cell.figure),
    readingInWords(cell, finding, quantity),
  ]);
}
