/** What is picked, in what stands after the # of the page's address, so that it can be marked and sent. */
import type { Explorer, ExplorerView } from './explorer.ts';

/** The view that an address asks for; what it does not say, or what is not there, stays as it is. */
export function viewInHash(hash: string, explorer: Explorer): Partial<ExplorerView> {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const numbers = (name: string) =>
    parts
      .get(name)
      ?.split(/[:-]/)
      .map(Number)
      .filter((number) => Number.isInteger(number) && number >= 0);
  const [layer, cell] = numbers('cell') ?? [];
  const place = explorer.data.cells.findIndex((one) => one.layer === layer && one.cell === cell);
  const [start = 0, end = 0] = numbers('text') ?? [];
  const isThere = start < end && end <= explorer.text.length;
  const [threshold = 0, offBefore = 0, offAfter = 0] = numbers('on') ?? [];
  return {
    ...(place >= 0 && { cell: place }),
    ...(isThere && { selection: { start, end } }),
    ...(threshold >= 1 && threshold <= 127 && { rule: { threshold, offBefore, offAfter } }),
  };
}

/** The address of a view. */
export function hashOf({ data, view: { cell: place, selection, rule } }: Explorer): string {
  const { layer, cell } = data.cells[place]!; // a place is that of a cell of the page
  const text = selection ? `&text=${selection.start}-${selection.end}` : '';
  return `#cell=${layer}:${cell}${text}&on=${rule.threshold}:${rule.offBefore}:${rule.offAfter}`;
}
