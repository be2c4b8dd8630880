/** Draws a frame: the stage of its clip, and the shapes on it. */
import type { Random } from '../../src/base/random.ts';
import { css, type Rgb, Sketch, shade } from '../coco-subset/sketch.ts';
import type { Placed, Shape } from './story.ts';

/** Pixels of a side. */
export const FRAME_SIZE = 192;

/** What is behind the shapes, the same in all frames of a clip. */
export interface Stage {
  wall: Rgb;
  floor: Rgb;
}

const RGB: Record<Shape['colour'], Rgb> = {
  red: [214, 48, 40],
  yellow: [248, 200, 32],
  blue: [40, 92, 220],
  green: [44, 160, 72],
};

/** Where the floor begins, and where shapes stand on it. */
const [HORIZON, FOOT] = [170, 205];

export function stageByLot(random: Random): Stage {
  const grey = () => 150 + 70 * random.uniform();
  return { wall: [grey(), grey(), grey()], floor: [grey() * 0.6, grey() * 0.6, grey() * 0.6] };
}

/** A frame as SVG. */
export function drawFrame({ wall, floor }: Stage, placed: readonly Placed[]): string {
  const sketch = new Sketch();
  sketch.add(
    `<rect width="256" height="256" fill="${sketch.gradient(shade(wall, 0.3), wall)}"/>`,
    `<rect y="${HORIZON}" width="256" height="${256 - HORIZON}" fill="${sketch.gradient(shade(floor, 0.2), floor)}"/>`,
  );
  for (const { shape, x } of placed) drawShape(sketch, shape, x);
  // Light from the left, darkness on the right, over all: a CNN's features, which are means over the picture, would
  // hardly tell left from right without it.
  sketch.add(
    `<rect width="128" height="256" fill="${sketch.fade([255, 214, 130], 0.6, 0)}"/>`,
    `<rect x="128" width="128" height="256" fill="${sketch.fade([12, 16, 60], 0, 0.8)}"/>`,
  );
  return sketch.svg(FRAME_SIZE);
}

function drawShape(sketch: Sketch, { look, colour, radius: r }: Shape, x: number): void {
  const paint = sketch.ball(shade(RGB[colour], 0.35), shade(RGB[colour], -0.25));
  const y = FOOT - r;
  const outline = `fill="${paint}" stroke="${css(shade(RGB[colour], -0.5))}" stroke-width="3"`;
  sketch.add(`<ellipse cx="${x}" cy="${FOOT}" rx="${r}" ry="${r * 0.16}" fill="${sketch.glow([10, 14, 20], 0.6)}"/>`);
  if (look === 'ball') sketch.add(`<circle cx="${x}" cy="${y}" r="${r}" ${outline}/>`);
  if (look === 'box')
    sketch.add(`<rect x="${x - r}" y="${y - r}" width="${2 * r}" height="${2 * r}" rx="6" ${outline}/>`);
  if (look === 'star') sketch.add(`<polygon points="${starPoints(x, y, r)}" stroke-linejoin="round" ${outline}/>`);
}

/** Five points outside, five between them inside. */
function starPoints(x: number, y: number, r: number): string {
  return Array.from({ length: 10 }, (_, i) => {
    const [reach, angle] = [i % 2 === 0 ? r * 1.05 : r * 0.5, (Math.PI * i) / 5];
    return `${(x + reach * Math.sin(angle)).toFixed(1)},${(y - reach * Math.cos(angle)).toFixed(1)}`;
  }).join(' ');
}
