/** Random views of a picture, for a CNN that learns: a crop, mirrored or not, in other light. Knows no CNN and no files. */
import type { Random } from '../base/random.ts';
import type { Pixels } from './pixels.ts';

export interface Augmentation {
  /** The least side of a crop, as a share of the picture's. */
  crop: number;
  /** By which share brightness, contrast and saturation each change at most. */
  colour: number;
}

/** Gentle: captions name colours and what stands at the edges. A change makes cached views stale: see `frozen-maps.ts`. */
export const augmentationDefaults: Augmentation = { crop: 0.8, colour: 0.2 };

/** How much of red, green and blue is in the brightness of a pixel (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114] as const;

/**
 * A random square of a picture scaled to its size, in every second view mirrored, with other brightness, contrast (around
 * the mean of the crop) and saturation, in this order: pixels [S, S, 3] again.
 *
 * @param size S
 * @param random equal states give equal views
 */
export function augment(pixels: Pixels, size: number, random: Random, { crop, colour }: Augmentation): Pixels {
  const side = size * between(crop, 1, random);
  const [left, top] = [random.uniform() * (size - side), random.uniform() * (size - side)];
  const isMirrored = random.uniform() < 0.5;
  const [brightness, contrast, saturation] = [0, 1, 2].map(() => between(1 - colour, 1 + colour, random));
  const columns = samples(left, side, size);
  const view = resample(pixels, size, isMirrored ? columns.reverse() : columns, samples(top, side, size));

  let sum = 0;
  for (let i = 0; i < view.length; i += 3) sum += luma(view[i]!, view[i + 1]!, view[i + 2]!);
  const mean = (brightness! * sum) / (view.length / 3);
  const lit = (value: number) => mean + contrast! * (brightness! * value - mean);
  const result = new Uint8ClampedArray(view.length);
  for (let i = 0; i < view.length; i += 3) {
    const [red, green, blue] = [lit(view[i]!), lit(view[i + 1]!), lit(view[i + 2]!)];
    const grey = luma(red, green, blue);
    result[i] = grey + saturation! * (red - grey);
    result[i + 1] = grey + saturation! * (green - grey);
    result[i + 2] = grey + saturation! * (blue - grey);
  }
  return new Uint8Array(result.buffer);
}

function between(low: number, high: number, random: Random): number {
  return low + (high - low) * random.uniform();
}

function luma(red: number, green: number, blue: number): number {
  return LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue;
}

/** Where a pixel of the result lies between two of the picture. */
interface Sample {
  before: number;
  after: number;
  /** Share of the one after. */
  share: number;
}

/** The centres of `size` pixels on `side` pixels of a line from `start` on. */
function samples(start: number, side: number, size: number): Sample[] {
  return Array.from({ length: size }, (_, i) => {
    const at = Math.min(Math.max(start + ((i + 0.5) * side) / size - 0.5, 0), size - 1);
    const before = Math.floor(at);
    return { before, after: Math.min(before + 1, size - 1), share: at - before };
  });
}

/** Bilinear interpolation. */
function resample(pixels: Pixels, size: number, columns: readonly Sample[], rows: readonly Sample[]): Float32Array {
  const view = new Float32Array(pixels.length);
  let to = 0;
  for (const row of rows) {
    const [above, below] = [3 * size * row.before, 3 * size * row.after];
    for (const column of columns) {
      const [left, right] = [3 * column.before, 3 * column.after];
      for (let c = 0; c < 3; c++) {
        const upper = mix(pixels[above + left + c]!, pixels[above + right + c]!, column.share);
        const lower = mix(pixels[below + left + c]!, pixels[below + right + c]!, column.share);
        view[to++] = mix(upper, lower, row.share);
      }
    }
  }
  return view;
}

function mix(a: number, b: number, share: number): number {
  return a + share * (b - a);
}
