/** A passage coloured by any of many cells, with a list of those that follow something: one page, nothing loaded. */
import { divergingColour, hexOf, INK } from '../../report/colours.ts';
import { Html, type HtmlValue, html } from '../../report/html.ts';
import { htmlTable, page, section } from '../../report/page.ts';
import { visible } from '../../report/visible.ts';
import { figureInWords, readingInWords } from './in-words.ts';
import { type CellIndex, QUANTUM } from './record.ts';
import type { CellSearch } from './search.ts';
import type { TextCells } from './text-cells.ts';

/** Cells that a page holds: 1.4 MB for 4,000 tokens. */
const MOST_CELLS = 256;

export interface CellsPage {
  /** The model's name. */
  model: string;
  cells: TextCells;
  search: CellSearch;
  /** Which tokens are shown. */
  from: number;
  length: number;
  /** The cell that is shown first; the one that follows something best where none is given. */
  cell?: CellIndex | undefined;
}

/** The page. Values are in steps of 1/127, a byte for each cell and token. */
export function cellsPage({
  model,
  search,
  cells: { record, texts, quantity },
  from,
  length,
  cell,
}: CellsPage): string {
  const found = search.findings.flatMap(({ cells }) => cells);
  const cells = distinct([...(cell ? [cell] : []), ...found, ...record.cells]).slice(0, MOST_CELLS);
  const numbers = new Map(cells.map((one, i) => [nameOf(one), i]));
  const labels = cells.map((one) => [nameOf(one), ...followedBy(one, search)].join(' · '));
  const lead = html`What single cells of the model ${model} say after each token: ${quantity} from <span style="background:${hexOf(divergingColour(-1))};color:${INK}"> -1 </span> over 0 to <span style="background:${hexOf(divergingColour(1))};color:${INK}"> +1 </span>.`;
  const shown = texts.slice(from, from + length);
  const data = {
    palette: Array.from({ length: 255 }, (_, i) => hexOf(divergingColour((i - 127) * QUANTUM))),
    values: Buffer.concat(
      cells.map((one) => Buffer.from(record.valuesOf(one).slice(from, from + length).buffer)),
    ).toString('base64'),
  };
  return page(
    'What cells follow',
    lead,
    [
      html`<p><label>Cell <select id="cell">${labels.map((label, i) => html`<option value="${i}">${label}</option>`)}</select></label></p>
<noscript><p>This page needs JavaScript to colour the text.</p></noscript>
<pre id="text">${shown.map((text) => html`<span>${visible(text)}</span>`)}</pre>
`,
      section(
        'Cells that follow something',
        html`<p>What each cell alone tells about the text: chosen on the first half of what was read, measured on the second. AUC is the probability that the cell tells a place where the feature holds from one where it does not; R² is the share of the number's variance that a line on the cell's value explains. Chance is the best figure of any cell where the feature is moved along the text.</p>
`,
        search.findings.length > 0 && listOf(search, quantity, numbers),
        search.missing.length > 0 &&
          html`<p class="soft">Too rare in this text to be looked for: ${search.missing.join(', ')}.</p>\n`,
      ),
      html`<div id="data" hidden>${JSON.stringify(data)}</div>
<script>${SCRIPT}</script>
`,
    ],
    STYLE,
  );
}

function listOf({ findings }: CellSearch, quantity: string, numbers: ReadonlyMap<string, number>): Html {
  const rows = findings.flatMap((finding) =>
    finding.cells.map((cell): HtmlValue[] => {
      const number = numbers.get(nameOf(cell));
      const name = `${finding.feature}: ${nameOf(cell)}`;
      return [
        number === undefined ? name : html`<button data-cell="${number}">${name}</button>`,
        `${finding.measure} ${figureInWords(cell.figure)}`,
        figureInWords(finding.chance),
        readingInWords(cell, finding, quantity),
      ];
    }),
  );
  return htmlTable(['feature', 'figure', 'chance', 'reads as'], rows);
}

/** The features that a cell follows better than any other does. */
function followedBy(cell: CellIndex, { findings }: CellSearch): string[] {
  const best = findings.filter(
    ({ cells: [first], chance }) => first && first.figure > chance && nameOf(first) === nameOf(cell),
  );
  return best.map(({ feature }) => feature);
}

function nameOf({ layer, cell }: CellIndex): string {
  return `layer ${layer} cell ${cell}`;
}

function distinct(cells: readonly CellIndex[]): CellIndex[] {
  return [...new Map(cells.map(({ layer, cell }) => [nameOf({ layer, cell }), { layer, cell }])).values()];
}

const STYLE = new Html(`
tbody th:first-child { min-width: 9.5rem; }
#text { max-height: 60vh; overflow: auto; background: #fff; color: ${INK}; }
button { padding: 0; border: 0; background: none; color: inherit; font: inherit; text-align: left;
  text-decoration: underline; cursor: pointer; }
`);

/** Colours the spans by the cell that is picked. The elements and `data` are those above. */
const SCRIPT = new Html(`
const { palette, values: encoded } = JSON.parse(document.getElementById('data').textContent);
const values = Int8Array.from(atob(encoded), (character) => (character.charCodeAt(0) << 24) >> 24);
const spans = document.getElementById('text').children;
const select = document.getElementById('cell');
function show() {
  const start = Number(select.value) * spans.length;
  for (let i = 0; i < spans.length; i++) {
    spans[i].style.background = palette[values[start + i] + 127];
    spans[i].title = (values[start + i] / 127).toFixed(2);
  }
}
select.addEventListener('change', show);
for (const button of document.querySelectorAll('[data-cell]')) {
  button.addEventListener('click', () => {
    select.value = button.dataset.cell;
    show();
    document.getElementById('text').scrollIntoView({ block: 'nearest' });
  });
}
show();
`);
