/** Findings in words, for the terminal and the page. */
import type { Reading } from './follower.ts';
import type { Finding } from './search.ts';

/** What a cell's value says of the feature: `tanh(c) ≥ 0.26, 94.5 % on the right side`. */
export function readingInWords(reading: Reading, quantity: string): string {
  if ('slope' in reading) {
    const { slope, intercept } = reading;
    return `${intercept.toFixed(1)} ${slope < 0 ? '-' : '+'} ${Math.abs(slope).toFixed(1)} · ${quantity}`;
  }
  const { threshold, above, balancedAccuracy } = reading;
  return `${quantity} ${above ? '>' : '<'} ${threshold.toFixed(2)}, ${(100 * balancedAccuracy).toFixed(1)} % on the right side`;
}

export function figureOf(value: number): string {
  return value.toFixed(3);
}

/** Columns: feature, measure, figure of the best cell, chance, the cell; further cells in lines of their own. */
export function findingRows({ feature, measure, chance, cells }: Finding, quantity: string): string[][] {
  return cells.map((cell, i) => [
    i === 0 ? feature : '',
    i === 0 ? measure : '',
    i === 0 ? figureOf(chance) : '',
    `${cell.layer}`,
    `${cell.cell}`,
    figureOf(cell.figure),
    cell.figure > chance ? readingInWords(cell, quantity) : 'no better than chance',
  ]);
}
