/**
 * Pictures that were read by glimpses, with the path of the glimpses over them, as one SVG picture. Knows no network: the
 * places are given.
 */
import sharp from 'sharp';
import { type Html, html } from './html.ts';
import { pictureGrid } from './picture-grid.ts';

export interface LookedAt {
  /** Grey values row by row, from 0 (black) to 255 (white). */
  pixels: Uint8Array;
  rows: number;
  columns: number;
  /**
   * The middle of each glimpse, y and x: from -1, where a window of half the picture's height or width touches the upper
   * or left edge, to 1, where it touches the other.
   */
  places: readonly (readonly [y: number, x: number])[];
  /** What stands below the picture. */
  caption: string;
}

/** Pictures in a row; their width, and the room for a caption. */
const ACROSS = 5;
const [WIDTH, LINE] = [140, 20];

/**
 * Draws all pictures, their glimpses from blue (the first) to red (the last): the windows, and a line through their middles.
 *
 * @param title what they are, for those who can't see them
 */
export async function glimpsePaths(title: string, pictures: readonly LookedAt[]): Promise<Html> {
  const height = Math.max(...pictures.map(heightOf)) + LINE;
  return pictureGrid(title, await Promise.all(pictures.map(draw)), { across: ACROSS, width: WIDTH, height });
}

async function draw(picture: LookedAt): Promise<Html> {
  const { pixels, rows, columns, places, caption } = picture;
  const png = await sharp(pixels, { raw: { width: columns, height: rows, channels: 1 } })
    .png()
    .toBuffer();
  const height = heightOf(picture);
  // A window of half a side that touches both edges at -1 and 1 begins at (1 + place) / 4 of the side.
  const boxes = places.map(([y, x]) => [((1 + x) / 4) * WIDTH, ((1 + y) / 4) * height] as const);
  const middles = boxes.map(([x, y]) => [tenths(x + WIDTH / 4), tenths(y + height / 4)] as const);
  const colour = (i: number) => `hsl(${Math.round(210 + (150 * i) / Math.max(places.length - 1, 1))}, 90%, 65%)`;
  return html`<image href="data:image/png;base64,${png.toString('base64')}" width="${WIDTH}" height="${height}" style="image-rendering: pixelated"/>
${boxes.map(
  ([x, y], i) =>
    html`<rect x="${tenths(x)}" y="${tenths(y)}" width="${WIDTH / 2}" height="${height / 2}" fill="none" stroke="${colour(i)}" stroke-opacity="0.6"/>\n`,
)}<polyline points="${middles.map((middle) => middle.join(',')).join(' ')}" fill="none" stroke="#fff" stroke-width="3.5"/>
<polyline points="${middles.map((middle) => middle.join(',')).join(' ')}" fill="none" stroke="#1b1b1b" stroke-width="1.5"/>
${middles.map(([x, y], i) => html`<circle cx="${x}" cy="${y}" r="4.5" fill="${colour(i)}" stroke="#1b1b1b"/>\n`)}<text y="${height + 15}">${caption}</text>
`;
}

function heightOf({ rows, columns }: LookedAt): number {
  return Math.round((WIDTH * rows) / columns);
}

function tenths(value: number): number {
  return Math.round(10 * value) / 10;
}
