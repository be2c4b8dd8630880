/** The cells that follow something in a text better than by chance, each to be picked. */
import { figureInWords, readingInWords } from '../../language/cells/in-words.ts';
import type { CellIndex, CellSearch } from '../../server/api.ts';
import { button, element, headedTable, scrolling, tableRow } from '../elements.ts';

const TITLE = 'Cells that follow something';
const HEADINGS = ['feature', 'figure', 'by chance', 'reads as'] as const;

/** @param quantity what a cell's value is @param onPick called with the cell of a row */
export function findingsTable(
  { findings, missing }: CellSearch,
  quantity: string,
  onPick: (cell: CellIndex) => void,
): HTMLElement {
  const rows = findings.flatMap((finding) => {
    const { feature, measure, chance, cells } = finding;
    return cells
      .filter(({ figure }) => figure > chance)
      .map((cell) => {
        const name = `${feature}: layer ${cell.layer} cell ${cell.cell}`;
        const pick = button(name, () => onPick(cell), { class: 'link' });
        const figures = [`${measure} ${figureInWords(cell.figure)}`, figureInWords(chance)];
        const texts = [...figures, readingInWords(cell, finding, quantity)];
        return tableRow([pick], texts);
      });
  });
  const rare = `Too rare in this text to be looked for: ${missing.join(', ')}.`;
  return element(
    'div',
    {},
    element('h4', {}, TITLE),
    rows.length > 0 && scrolling(TITLE, headedTable(HEADINGS, element('tbody', {}, ...rows))),
    missing.length > 0 && element('p', { class: 'soft' }, rare),
  );
}
