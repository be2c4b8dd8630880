/** How a cell's values are distributed, in the whole text and in the selection. */
import { countValues } from '../../language/cells/follower.ts';
import { meanAndDeviation } from '../../language/cells/measures.ts';
import { QUANTUM } from '../../language/cells/record.ts';
import { element } from '../elements.ts';
import type { Explorer } from './explorer.ts';
import type { Theme } from './theme.ts';

/** Bars, each of five values of the 255. */
const [BARS, WIDTH] = [51, 5];

export function histogram(explorer: Explorer, theme: Theme): HTMLElement {
  const values = explorer.values[explorer.view.cell]!;
  const counts = countValues(values);
  const sums = Array.from({ length: BARS }, (_, bar) => {
    let sum = 0;
    for (let i = 0; i < WIDTH; i++) sum += counts[1 + bar * WIDTH + i]!; // -128 is no value
    return sum;
  });
  const most = Math.max(...sums);
  const bars = sums.map((sum, bar) => {
    const middle = bar * WIDTH + (WIDTH >> 1);
    const share = `${((100 * sum) / values.length).toFixed(1)} %`;
    const made = element('i', { title: `about ${((middle - 127) * QUANTUM).toFixed(2)}: ${share}` });
    made.style.height = `${(100 * sum) / most}%`;
    made.style.background = theme.values[middle]!;
    return made;
  });
  const { mean, deviation } = meanAndDeviation(counts);
  const [middle, spread] = [(mean - 128) * QUANTUM, deviation * QUANTUM];
  const figures = `mean ${middle.toFixed(2)}, standard deviation ${spread.toFixed(2)}`;
  const look = { class: 'bars', role: 'img', 'aria-label': `Histogram of the cell's values: ${figures}` };
  const axis = element(
    'div',
    { class: 'axis', 'aria-hidden': 'true' },
    ...['-1', '0', '1'].map((text) => element('span', {}, text)),
  );
  return element(
    'div',
    { class: 'histogram' },
    element('div', look, ...bars),
    axis,
    element('p', { class: 'soft' }, figures),
  );
}
