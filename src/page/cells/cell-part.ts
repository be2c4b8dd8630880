/** One cell: what it follows, how its values are distributed, where it is strongest, after which tokens it is on. */
import { figureInWords, readingInWords } from '../../language/cells/in-words.ts';
import { type AfterToken, meansAfterTokens, strongestPlaces } from '../../language/cells/one-cell.ts';
import { cellName, QUANTUM } from '../../language/cells/record.ts';
import { element, fill, headedTable, scrolling, tableRow } from '../elements.ts';
import { contextLine } from './context-line.ts';
import type { Explorer } from './explorer.ts';
import { histogram } from './histogram.ts';
import { currentTheme, onThemeChange } from './theme.ts';

/** Places at either end, and tokens between two of them; tokens at either end, and how often they must occur. */
const PLACES = { top: 8, apart: 40 };
const [KINDS, LEAST] = [6, 5];

/** @param goTo shows a token in the text */
export function cellPart(explorer: Explorer, goTo: (token: number) => void): HTMLElement {
  const heading = element('h2', { id: 'cell-heading' });
  const content = element('div');

  function show(): void {
    const { cell } = explorer.view;
    const name = explorer.nameOf(cell);
    const values = explorer.values[cell]!;
    const theme = currentTheme();
    fill(heading, `${name[0]!.toUpperCase()}${name.slice(1)}`);
    const places = (sign: 1 | -1) =>
      strongestPlaces(values, sign, PLACES).map(({ token, value }) => {
        const figure = (value * QUANTUM).toFixed(2);
        const line = contextLine(explorer, theme, { start: token, end: token + 1 }, figure, () => goTo(token));
        return element('li', {}, line);
      });
    const means = meansAfterTokens(values, explorer.text.kinds, explorer.text.kindsShown.length, LEAST);
    const [high, low] = [places(1), places(-1)];
    fill(
      content,
      element('h3', {}, 'What it follows'),
      followsTable(explorer),
      element('h3', {}, 'Its values'),
      histogram(explorer, theme),
      high.length > 0 && element('h3', {}, 'Where it is highest'),
      element('ol', { class: 'contexts' }, ...high),
      low.length > 0 && element('h3', {}, 'Where it is lowest'),
      element('ol', { class: 'contexts' }, ...low),
      element('h3', {}, `On average after each ${explorer.data.unit}`),
      afterList(explorer, 'highest', means.slice(0, KINDS)),
      afterList(explorer, 'lowest', means.slice(-KINDS).reverse()),
    );
  }

  explorer.follow(['cell'], show);
  onThemeChange(show);
  return element('section', { class: 'part', 'aria-labelledby': 'cell-heading' }, heading, content);
}

function afterList(explorer: Explorer, which: string, means: readonly AfterToken[]): HTMLElement {
  const items = means.flatMap(({ kind, mean, count }) => {
    const shown = explorer.text.kindsShown[kind]!.replaceAll('\n', '').replace(/^ $/, '␣');
    const title = `${count.toLocaleString('en')} times`;
    return [
      element('span', { class: 'nowrap', title }, element('code', {}, shown), ` ${(mean * QUANTUM).toFixed(2)}`),
      ' ',
    ];
  });
  return element('p', { class: 'after' }, `${which} `, ...items);
}

/** Every feature with the cell's figure beside the best that chance gives; those that it follows first. */
function followsTable(explorer: Explorer): HTMLElement {
  const { quantity, search } = explorer.data;
  const name = explorer.nameOf(explorer.view.cell);
  const order = explorer.followedBy(explorer.view.cell);
  const rows = search.findings.flatMap((finding) => {
    const found = finding.cells.find((cell) => cellName(cell) === name);
    return found ? [{ finding, found, rank: order.indexOf(finding.feature) }] : [];
  });
  const [above, below] = [rows.filter(({ rank }) => rank >= 0), rows.filter(({ rank }) => rank < 0)];
  above.sort((a, b) => a.rank - b.rank);
  const tableOf = (some: typeof rows) => {
    const body = some.map(({ finding, found }) => {
      const reading = element('small', {}, readingInWords(found, finding, quantity));
      const figures = [`${finding.measure} ${figureInWords(found.figure)}`, figureInWords(finding.chance)];
      return tableRow([finding.feature, reading], figures);
    });
    const shown = headedTable(['feature', 'figure', 'by chance'], element('tbody', {}, ...body));
    return scrolling('What the cell follows', shown);
  };
  return element(
    'div',
    {},
    above.length > 0 ? tableOf(above) : element('p', { class: 'soft' }, 'Nothing that was looked for.'),
    below.length > 0 &&
      element(
        'details',
        {},
        element('summary', {}, `${below.length} features that it does not follow`),
        tableOf(below),
      ),
  );
}
