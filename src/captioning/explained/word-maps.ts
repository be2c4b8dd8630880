/**
 * Where in a picture each word of a caption comes from: the places whose content the word needs, those that attention
 * weighed before the word, or, of any captioner, the places without which the word is less probable. Knows no pages.
 *
 * A grid of G has G · G cells, line after line.
 */
import type { Cnn } from '../../vision/cnn.ts';
import { decodePicture } from '../../vision/decode.ts';
import type { PictureSource } from '../../vision/extract.ts';
import { type PictureLimits, type Pixels, type Preprocessing, pictureLimits } from '../../vision/pixels.ts';
import { nameOfPicture, pictureBytes } from '../../vision/read-picture.ts';
import type { Caption, CaptionWriter } from '../caption.ts';
import { featuresAt, type PictureFeatures } from '../picture-features.ts';
import { lookAtPictures, seeingCnn, seenIn } from '../see.ts';
import { specialIds } from '../vocabulary.ts';

/**
 * How they are found: by `cells` of the map of which one at a time tells the captioner no more than the picture as a whole;
 * by the weights of attention; by `occlusion` of the picture itself. The first two for captioners that attend to places.
 */
export const WORD_MAPS_BY = ['cells', 'attention', 'occlusion'] as const;

export interface WordMaps {
  by: (typeof WORD_MAPS_BY)[number];
  /** G. */
  grid: number;
  /** What of the picture the grid covers: all of it, or the square in its middle. */
  fit: Preprocessing['fit'];
  /** For each word G · G values: weights with the sum 1; else how much log p falls, in nats, below 0 if it rises. */
  words: number[][];
}

/** Cells in a line that occlusion tells apart: 49 pictures go through the CNN for each that is explained. */
const OCCLUSION_GRID = 7;
/** Sides of the square that covers a part of the picture, in cells: smaller ones leave enough of most things to see. */
const SQUARE = 2;
/** A grey of which CNNs make values near 0. */
const GREY = 127;

/** Pictures with a square on them that go through the CNN at once: others may have their turn in between. */
const TOGETHER = 8;

/** A caption of a picture, of whose words it is asked where they come from. */
interface AskedWords {
  /** The picture's file or bytes, or what has been decoded of it. */
  source: PictureSource | { pixels: Pixels };
  /** As the captioner takes them; absent: the picture is looked at again. */
  features?: PictureFeatures;
  caption: Caption;
  language?: string | undefined;
  /** Default: cells for a captioner that attends to places; for any other it is occlusion always */
  by?: WordMaps['by'];
}

/** How the work is done beside other work. */
interface MapTurns {
  /** Does a piece of the work when it may be done: no longer than eight pictures take. Default: at once */
  turn?: <Result>(piece: () => Promise<Result>) => Promise<Result>;
  /** Looked at between two pieces. */
  signal?: AbortSignal | undefined;
  /** What the picture may cost, where it is read again. */
  limits?: Partial<PictureLimits> | undefined;
}

/**
 * Finds where the words of a caption come from: by the cells of its map where the captioner attends to places, else by
 * occlusion (Zeiler and Fergus 2014, section 4.2), of which the former is the like on the map, at the cost of one look. A
 * weight of attention is no measure of what is read from a place (Jain and Wallace 2019, "Attention is not explanation").
 *
 * @throws InputError when the picture can't be read (again); the reason of `signal`
 */
export async function wordMaps(
  captioner: CaptionWriter,
  cnn: Cnn,
  asked: AskedWords,
  { turn = (piece) => piece(), signal, limits }: MapTurns = {},
): Promise<WordMaps> {
  const { source, features, caption, language, by } = asked;
  const { vocabulary, grid } = captioner;
  const { start } = specialIds(vocabulary, { language });
  const ids = [start, ...caption.words.map(({ word }) => vocabulary.idOf(word)!)];
  const { fit } = cnn.preprocessing;
  const decoded = async () => {
    if (typeof source === 'object' && 'pixels' in source) return source.pixels;
    const bytes = await pictureBytes(source, limits?.bytes);
    return decodePicture(bytes, cnn.preprocessing, nameOfPicture(source), { ...pictureLimits, ...limits });
  };
  if (grid !== undefined && by !== 'occlusion') {
    const pixels = features ? [] : [await decoded()];
    signal?.throwIfAborted();
    const words = await turn(async () => {
      const seen = features ?? (await lookAtPictures(captioner, cnn, pixels));
      if (by === 'attention') return captioner.attentionOf(seen, ids.slice(0, -1))!; // one with a grid attends
      return falls(captioner, withoutEachCell(seen, grid), ids, grid ** 2);
    });
    return { by: by ?? 'cells', grid, fit, words };
  }
  const looking = looksAt(await decoded(), cnn.preprocessing.size);
  return {
    by: 'occlusion',
    grid: OCCLUSION_GRID,
    fit,
    words: await occlusion(captioner, cnn, looking, ids, turn, signal),
  };
}

/** A picture as it is, then with a square on each of its cells, a few at a time. */
function* looksAt(pixels: Pixels, size: number): Generator<Pixels[]> {
  for (let first = -1; first < OCCLUSION_GRID ** 2; first += TOGETHER) {
    const cells = Array.from({ length: Math.min(TOGETHER, OCCLUSION_GRID ** 2 - first) }, (_, i) => first + i);
    yield cells.map((cell) => (cell < 0 ? pixels : covered(pixels, size, cell)));
  }
}

/** How much the log-probability of each word falls where a square of the picture is grey. @param ids START and the words */
async function occlusion(
  captioner: CaptionWriter,
  cnn: Cnn,
  looks: Iterable<Pixels[]>,
  ids: readonly number[],
  turn: NonNullable<MapTurns['turn']>,
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  const seeing = seeingCnn(captioner, cnn);
  const features = new Float32Array((1 + OCCLUSION_GRID ** 2) * seeing.featureSize);
  let filled = 0;
  for (const pictures of looks) {
    signal?.throwIfAborted();
    const seen = await turn(() => seeing.features(pictures));
    features.set(seen, filled);
    filled += seen.length;
  }
  signal?.throwIfAborted();
  return turn(async () => falls(captioner, seenIn(features, captioner, cnn.featureSize), ids, OCCLUSION_GRID ** 2));
}

/**
 * How much the log-probability of each word falls without each of the places.
 *
 * @param seen the picture as it is, then without each place
 */
function falls(captioner: CaptionWriter, seen: PictureFeatures, ids: readonly number[], places: number): number[][] {
  const step = captioner.begin(seen);
  const V = captioner.vocabulary.size;
  const rows = [...Array(1 + places).keys()];
  return ids.slice(1).map((word, t) => {
    const tokens = rows.map(() => ids[t]!);
    const logProbs = step(tokens, rows);
    const whole = logProbs[word]!;
    return rows.slice(1).map((row) => whole - logProbs[row * V + word]!);
  });
}

/** A picture as it is, then with the mean of its map in place of each of its cells. */
function withoutEachCell(seen: PictureFeatures, grid: number): PictureFeatures {
  const D = seen.vectors.length;
  const { vectors, maps } = featuresAt(seen, new Array<number>(1 + grid ** 2).fill(0), D);
  return {
    vectors,
    maps: {
      grid,
      read(row, target) {
        maps!.read(row, target);
        if (row > 0) target.set(seen.vectors, (row - 1) * D);
      },
    },
  };
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
