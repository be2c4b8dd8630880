/** Lists of cells to pick from, and long lists of any kind. */
import { button, element, fill } from '../elements.ts';
import type { Explorer } from './explorer.ts';

/** Shows the first items, and a button for the others. */
export function showSome(list: HTMLElement, items: readonly HTMLElement[], count: number): void {
  const rest = items.slice(count);
  const more = element(
    'li',
    {},
    button(`${rest.length} more`, () => more.replaceWith(...rest), { class: 'link' }),
  );
  fill(list, ...items.slice(0, count), rest.length > 0 && more);
}

/** `0:72`, a name for lists; `nameOf` is the long one. */
export function shortName(explorer: Explorer, place: number): string {
  const { layer, cell } = explorer.data.cells[place]!; // a place is that of a cell of the page
  return `${layer}:${cell}`;
}

export function markCell(list: HTMLElement, cell: number): void {
  for (const pick of list.querySelectorAll<HTMLElement>('[data-cell]')) {
    pick.ariaCurrent = pick.dataset['cell'] === String(cell) ? 'true' : null;
  }
}
