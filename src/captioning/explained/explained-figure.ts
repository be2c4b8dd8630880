/**
 * A figure for papers: pictures with their captions, and for each word the picture under the map of where it comes from.
 * An SVG file that holds all itself. Knows no captioner.
 */
import sharp from 'sharp';
import { writeFileAtomically } from '../../base/files.ts';
import { type Html, html } from '../../report/html.ts';
import { thumbnail } from '../../report/thumbnail.ts';
import type { PictureOnPage } from '../description/description-card.ts';
import { coveredPart, shownMaps } from './shown-maps.ts';
import type { WordMaps } from './word-maps.ts';

/** Pixels of the longer side of the pictures in the figure, and of a panel's width in it. */
const [PICTURE, PANEL] = [320, 160];
/** Between panels, and below each for its word. */
const [GAP, TEXT] = [8, 24];
/** Panels in a line. */
const COLUMNS = 6;
/** Pixels of a map's side, to which its cells are smoothed. */
const SMOOTH = 64;
/** How dark the picture is where a word does not come from, from 0 to 1: Xu et al. 2015 show it in this way. */
const SHADE = 0.75;

/**
 * Writes the figure; pictures that can't be shown are left out.
 *
 * @param pictures each with its `wordMaps`
 * @throws InputError when the file can't be written
 */
export async function writeExplainedFigure(file: string, pictures: readonly PictureOnPage[]): Promise<void> {
  const blocks: Html[] = [];
  let height = 0;
  for (const picture of pictures) {
    const block = await blockOf(picture, height);
    if (!block) continue;
    blocks.push(block.content);
    height += block.height;
  }
  const width = COLUMNS * (PANEL + GAP) - GAP;
  const figure = html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="14" text-anchor="middle">
<rect width="100%" height="100%" fill="#fff"/>
${blocks}</svg>
`;
  await writeFileAtomically(file, figure.text);
}

/** The panels of one picture: the picture as it is, then one for each word. */
async function blockOf(
  { source, captions, wordMaps }: PictureOnPage,
  top: number,
): Promise<{ content: Html; height: number } | undefined> {
  const small = await thumbnail(source, PICTURE);
  if (!small || !wordMaps) return undefined;
  const tall = Math.round((PANEL * small.height) / small.width);
  const id = `p${top}`;
  const part = coveredPart(wordMaps, small);
  const maps = await Promise.all(shownMaps(wordMaps).map((map) => smoothed(map, wordMaps)));
  const panels = [undefined, ...maps].map((map, i) => {
    const x = (i % COLUMNS) * (PANEL + GAP);
    const y = top + Math.floor(i / COLUMNS) * (tall + TEXT + GAP);
    const word = i === 0 ? '' : captions[0]!.words[i - 1]!.word;
    return html`<g transform="translate(${x} ${y})"><use href="#${id}"/>${map && html`<image href="${map}" x="${PANEL * part.left}" y="${tall * part.top}" width="${PANEL * part.width}" height="${tall * part.height}" preserveAspectRatio="none"/>`}<text x="${PANEL / 2}" y="${tall + 17}">${word}</text></g>\n`;
  });
  const content = html`<defs><image id="${id}" href="${small.source}" width="${PANEL}" height="${tall}"/></defs>\n${panels}`;
  return { content, height: Math.ceil((1 + maps.length) / COLUMNS) * (tall + TEXT + GAP) };
}

/** A map as a picture that darkens what is below it, but for where its values are great. */
async function smoothed(map: readonly number[], { grid }: WordMaps): Promise<string> {
  const pixels = Uint8Array.from(map.flatMap((value) => [0, 0, 0, Math.round(255 * SHADE * (1 - value))]));
  const png = await sharp(pixels, { raw: { width: grid, height: grid, channels: 4 } })
    .resize(SMOOTH, SMOOTH, { kernel: 'cubic', fit: 'fill' })
    .png({ compressionLevel: 9 })
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
