/**
 * Where in a picture each word of a caption comes from: the places that attention looked at before the word, or, of any
 * captioner, the places without which the word is less probable. Knows no pages.
 *
 * A grid of G has G · G cells, line after line.
 */
import type { Cnn } from '../vision/cnn.ts';
import { decodePicture } from '../vision/decode.ts';
import type { PictureSource } from '../vision/extract.ts';
import type { Pixels, Preprocessing } from '../vision/pixels.ts';
import { pictureBytes } from '../vision/read-picture.ts';
import type { Caption, CaptionWriter } from './caption.ts';
import type { PictureFeatures } from './picture-features.ts';
import { lookAtPictures } from './see.ts';
import { specialIds } from './vocabulary.ts';

export interface WordMaps {
  /** How they were found. */
  by: 'attention' | 'occlusion';
  /** G. */
  grid: number;
  /** What of the picture the grid covers: all of it, or the square in its middle. */
  fit: Preprocessing['fit'];
  /** For each word G · G values: weights with the sum 1; of occlusion how much log p falls, in nats, below 0 if it rises. */
  words: number[][];
}

/** Cells in a line that occlusion tells apart: 49 pictures go through the CNN for each that is explained. */
const OCCLUSION_GRID = 7;
/** Sides of the square that covers a part of the picture, in cells: smaller ones leave enough of most things to see. */
const SQUARE = 2;
/** A grey of which CNNs make values near 0. */
const GREY = 127;

/** A caption of a picture, of whose words it is asked where they come from. */
interface AskedWords {
  source: PictureSource;
  /** As the captioner takes them. */
  features: PictureFeatures;
  caption: Caption;
  language?: string | undefined;
  /** Default: attention where there is any, else occlusion */
  by?: WordMaps['by'];
}

/**
 * Finds where the words of a caption come from: by attention where the captioner attends to places, else by occlusion
 * (Zeiler and Fergus 2014, section 4.2).
 *
 * @throws InputError when the picture can't be read (again)
 */
export async function wordMaps(captioner: CaptionWriter, cnn: Cnn, asked: AskedWords): Promise<WordMaps> {
  const { source, features, caption, language, by } = asked;
  const { vocabulary } = captioner;
  const { start } = specialIds(vocabulary, { language });
  const ids = [start, ...caption.words.map(({ word }) => vocabulary.idOf(word)!)];
  const { fit } = cnn.preprocessing;
  const attended = by === 'occlusion' ? undefined : captioner.attentionOf(features, ids.slice(0, -1));
  if (attended) return { by: 'attention', grid: captioner.grid!, fit, words: attended };
  const name = typeof source === 'string' ? source : source.name;
  const pixels = await decodePicture(await pictureBytes(source), cnn.preprocessing, name);
  return { by: 'occlusion', grid: OCCLUSION_GRID, fit, words: await occlusion(captioner, cnn, pixels, ids) };
}

/** How much the log-probability of each word falls where a square of the picture is grey. @param ids START and the words */
async function occlusion(
  captioner: CaptionWriter,
  cnn: Cnn,
  pixels: Pixels,
  ids: readonly number[],
): Promise<number[][]> {
  const { size } = cnn.preprocessing;
  const cells = Array.from({ length: OCCLUSION_GRID ** 2 }, (_, cell) => covered(pixels, size, cell));
  const step = captioner.begin(await lookAtPictures(captioner, cnn, [pixels, ...cells]));
  const V = captioner.vocabulary.size;
  const rows = [...Array(1 + cells.length).keys()];
  return ids.slice(1).map((word, t) => {
    const tokens = rows.map(() => ids[t]!);
    const logProbs = step(tokens, rows);
    const whole = logProbs[word]!;
    return rows.slice(1).map((row) => whole - logProbs[row * V + word]!);
  });
}

/** A picture with a grey square on a cell. */
function covered(pixels: Pixels, size: number, cell: number): Pixels {
  const side = size / OCCLUSION_GRID;
  const range = (at: number) => {
    const middle = (at + 0.5) * side;
    const half = (SQUARE / 2) * side;
    return [Math.max(0, Math.round(middle - half)), Math.min(size, Math.round(middle + half))] as const;
  };
  const [top, bottom] = range(Math.floor(cell / OCCLUSION_GRID));
  const [left, right] = range(cell % OCCLUSION_GRID);
  const result = new Uint8Array(pixels); // a Buffer's own `slice` would share its memory
  for (let y = top; y < bottom; y++) result.fill(GREY, 3 * (y * size + left), 3 * (y * size + right));
  return result;
}

/**
 * The maps of words for the eye: from 0 to 1, of each word by its greatest value. Where the picture hardly matters to a
 * word its map stays faint: what counts as 1 is at least a tenth of the greatest of all words.
 */
export function shownMaps({ words }: WordMaps): number[][] {
  const greatest = words.map((map) => Math.max(0, ...map));
  const least = Math.max(...greatest) / 10 || 1;
  return words.map((map, i) => map.map((value) => Math.max(0, value) / Math.max(greatest[i]!, least)));
}

/** What of a picture the grid covers, in shares of its width and height. */
export function coveredPart(
  { fit }: Pick<WordMaps, 'fit'>,
  { width, height }: { width: number; height: number },
): { left: number; top: number; width: number; height: number } {
  const side = Math.min(width, height);
  const [w, h] = fit === 'squash' ? [1, 1] : [side / width, side / height];
  return { left: (1 - w) / 2, top: (1 - h) / 2, width: w, height: h };
}
