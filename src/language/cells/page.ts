/**
 * A page to explore cells by, in the manner of LSTMVis (Strobelt et al. 2016): one file, nothing loaded. What it does is
 * the script in src/page/cells, which stands in it; here it gets its data. Knows no command.
 */
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { inPackage } from '../../base/files.ts';
import { Html, html } from '../../report/html.ts';
import { formatInteger, page } from '../../report/page.ts';
import type { TextFeature } from '../../text/features/feature.ts';
import { featuresFor, valuesAtTokens } from '../../text/features/features.ts';
import { keptCells } from './kept-cells.ts';
import { BLOCKS, type CellsPageData, EXPLORER } from './page-data.ts';
import { type CellIndex, cellName } from './record.ts';
import type { CellSearch } from './search.ts';
import type { TextCells } from './text-cells.ts';

export interface CellsPageOptions {
  /** The model's name. */
  model: string;
  cells: TextCells;
  /** With all cells for each feature. */
  search: CellSearch;
  /** What a token is called. */
  unit: string;
  /** Which tokens the page has. */
  from: number;
  length: number;
  /** How many cells the page keeps; by default as many as make 64 MB. */
  keep?: number | undefined;
  /** The cell that is shown first; the one that follows something best where none is given. */
  cell?: CellIndex | undefined;
}

/** A page, and what it lacks: in a sentence where that is something. */
export interface CellsPage {
  page: string;
  leftOut: string | undefined;
}

const compress = promisify(deflate);

/** Makes the page. @throws InputError when it can't hold as many cells as it is to keep */
export async function cellsPage(options: CellsPageOptions): Promise<CellsPage> {
  const { model, search, from, cells, unit, keep, cell: first } = options;
  const { record, quantity } = cells;
  const texts = cells.texts.slice(from, from + options.length);
  const { length } = texts;
  const kept = keptCells(record, search, { length, keep, cell: first });
  const places = new Map(kept.map((one, i) => [cellName(one), i]));
  const findings = search.findings.map((finding) => ({
    ...finding,
    cells: finding.cells.filter((one) => places.has(cellName(one))),
  }));
  const best = first ?? findings[0]?.cells[0];
  const tracks = tracksOf(cells, search);
  const data: CellsPageData = {
    quantity,
    unit,
    from,
    cells: kept,
    shown: best ? places.get(cellName(best))! : 0, // what is best, or asked for, is kept
    search: { findings, missing: search.missing },
    tracks: tracks.map(({ name }) => name),
  };
  const [script, style, ...blocks] = await Promise.all([
    builtFile('script.js'),
    builtFile('style.css'),
    block(BLOCKS.text, Buffer.from(texts.join(''))),
    block(BLOCKS.lengths, bytesOf(Uint32Array.from(texts, (text) => text.length))),
    ...tracks.map((track, i) =>
      block(
        BLOCKS.track(i),
        bytesOf(Uint8Array.from(valuesAtTokens(track, cells.texts).subarray(from, from + length))),
      ),
    ),
    ...kept.map((one, i) => block(BLOCKS.cell(i), bytesOf(record.valuesOf(one).subarray(from, from + length)))),
  ]);
  const all = record.cells.length;
  const leftOut =
    kept.length < all
      ? `The page keeps ${formatInteger(kept.length)} of ${formatInteger(all)} cells: those that follow something, then those that vary most.`
      : undefined;
  const lead = html`What single cells of the model ${model} say while it reads ${formatInteger(length)} ${unit}s: ${quantity} after each of them.${leftOut && ` ${leftOut}`}`;
  return {
    page: page(
      'What cells follow',
      lead,
      [
        html`<div id="${EXPLORER}"><noscript><p>This page needs JavaScript.</p></noscript></div>
<script type="application/json" id="${BLOCKS.data}">${inScript(JSON.stringify(data))}</script>
`,
        blocks,
        html`<script>${script}</script>\n`,
      ],
      style,
    ),
    leftOut,
  };
}

/** The features that hold or do not, and occur. */
function tracksOf({ texts }: TextCells, { missing }: CellSearch): TextFeature[] {
  return featuresFor(texts.join('')).filter(({ name, kind }) => kind === 'binary' && !missing.includes(name));
}

/** What the build made of src/page/cells. */
async function builtFile(name: string): Promise<Html> {
  return new Html(await readFile(inPackage(`dist/cells-page/${name}`), 'utf8'));
}

async function block(id: string, bytes: Uint8Array): Promise<Html> {
  const compressed = await compress(bytes);
  return html`<script type="text/plain" id="${id}">${new Html(compressed.toString('base64'))}</script>\n`;
}

function bytesOf({ buffer, byteOffset, byteLength }: Int8Array | Uint8Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** JSON as the text of a script, which `</script>` or `<!--` would end. */
function inScript(json: string): Html {
  return new Html(json.replaceAll('<', '\\u003c'));
}
