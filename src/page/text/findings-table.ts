/** The cells that follow something in a text better than by chance, each to be picked. */
import { figureInWords, readingInWords } from '../../language/cells/in-words.ts';
import type { CellIndex, CellSearch } from '../../server/api.ts';
import { button, element } from '../elements.ts';

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
        const heading = element('th', { scope: 'row' }, pick);
        return element('tr', {}, heading, ...texts.map((text) => element('td', {}, text)));
      });
  });
  const head = element('tr', {}, ...HEADINGS.map((heading) => element('th', { scope: 'col' }, heading)));
  const table = element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
  const rare = `Too rare in this text to be looked for: ${missing.join(', ')}.`;
  return element(
    'div',
    {},
    element('h4', {}, 'Cells that follow something'),
    rows.length > 0 &&
      element(
        'div',
        { class: 'scroll', role: 'region', 'aria-label': 'Cells that follow something', tabindex: 0 },
        table,
      ),
    missing.length > 0 && element('p', { class: 'soft' }, rare),
  );
}
