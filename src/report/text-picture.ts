/** A passage of text on coloured ground as an SVG picture, which a README can show. Knows nothing of what colours mean. */
import { hexOf, INK, type Rgb } from './colours.ts';
import { type Html, html } from './html.ts';
import { visible } from './visible.ts';

export interface ColouredText {
  text: string;
  colour: Rgb;
}

/** Characters of a row; longer lines go on in the next one. */
const COLUMNS = 96;
/** Size of a character, in the font that is given below, and of the margin. */
const [WIDTH, HEIGHT, MARGIN] = [7.2, 17, 12];

/** A stretch of one colour in a row. */
interface Run {
  text: string;
  colour: string;
  column: number;
  length: number;
}

/** The picture. @param title what it shows, written on top */
export function textPicture(title: string, pieces: Iterable<ColouredText>): string {
  const rows = rowsOf(pieces);
  const width = Math.ceil(COLUMNS * WIDTH + 2 * MARGIN);
  const height = (rows.length + 1.5) * HEIGHT + 2 * MARGIN;
  const { text } =
    html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="12" fill="${INK}">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="${MARGIN}" y="${MARGIN + 12}" font-family="system-ui, sans-serif">${title}</text>
${rows.map((row, i) => row.map((run) => drawn(run, MARGIN + (i + 1.5) * HEIGHT)))}</svg>
`;
  return text;
}

function drawn({ text, colour, column, length }: Run, y: number): Html {
  const x = tenths(MARGIN + column * WIDTH);
  const width = tenths(length * WIDTH);
  // The length is given with each text: fonts differ in theirs.
  const letters = html`<text x="${x}" y="${y + 12.5}" textLength="${width}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${text}</text>`;
  return html`<rect x="${x}" y="${y}" width="${width}" height="${HEIGHT}" fill="${colour}"/>${text.trim() !== '' && letters}\n`;
}

function rowsOf(pieces: Iterable<ColouredText>): Run[][] {
  const rows: Run[][] = [[]];
  let column = 0;
  const newRow = () => {
    rows.push([]);
    column = 0;
  };
  for (const { text, colour: rgb } of pieces) {
    const colour = hexOf(rgb);
    for (const character of visible(text)) {
      if (column === COLUMNS) newRow();
      if (character === '\n') {
        newRow();
        continue;
      }
      const row = rows.at(-1)!;
      const last = row.at(-1);
      if (last?.colour === colour) {
        last.text += character;
        last.length++;
      } else row.push({ text: character, colour, column, length: 1 });
      column++;
    }
  }
  return rows.at(-1)?.length === 0 ? rows.slice(0, -1) : rows;
}

function tenths(value: number): number {
  return Math.round(10 * value) / 10;
}
