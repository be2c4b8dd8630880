/** Noise, gradients, patterns and boards of games. */
import sharp, { type Sharp } from 'sharp';
import { Random } from '../../src/base/random.ts';
import type { Drawing } from './drawings.ts';

export interface Raster {
  name: string;
  picture: Sharp;
}

const SIZE = 320;

/** A picture by the red, green and blue, from 0 to 255, of each of its pixels. */
function raster(name: string, colourAt: (x: number, y: number) => readonly number[]): Raster {
  const pixels = new Uint8ClampedArray(3 * SIZE * SIZE);
  for (let i = 0; i < SIZE * SIZE; i++) pixels.set(colourAt((i % SIZE) / SIZE, Math.floor(i / SIZE) / SIZE), 3 * i);
  return { name, picture: sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 3 } }) };
}

const grey = (value: number): number[] => [value, value, value];

/** Noise in colour and grey, fine and coarse, gradients, one colour. */
export function noise(): Raster[] {
  const random = new Random(31);
  const blocks = Array.from({ length: 400 }, () => [random.integer(256), random.integer(256), random.integer(256)]);
  const wave = (x: number, y: number) => Math.sin(9 * x + 3 * Math.sin(7 * y)) + Math.cos(11 * y + 2 * Math.sin(5 * x));
  return [
    raster('noise-colour', () => [random.integer(256), random.integer(256), random.integer(256)]),
    raster('noise-grey', () => grey(random.integer(256))),
    raster('noise-dark', () => grey(20 + 20 * random.normal())),
    raster('noise-blocks', (x, y) => blocks[20 * Math.floor(20 * y) + Math.floor(20 * x)]!),
    raster('plasma', (x, y) => [128 + 60 * wave(x, y), 128 + 60 * wave(y, x), 128 + 60 * wave(x + 1, y + 2)]),
    raster('gradient-down', (_, y) => [255 * y, 120, 255 - 255 * y]),
    raster('gradient-round', (x, y) => grey(255 - 360 * Math.hypot(x - 0.5, y - 0.5))),
    raster('white', () => grey(255)),
    raster('black', () => grey(0)),
    raster('beige', () => [225, 205, 170]),
  ];
}

/** Stripes, checks, rings, moiré, codes of black and white squares, static as of a television. */
export function patterns(): Raster[] {
  const random = new Random(32);
  const code = Array.from({ length: 33 * 33 }, () => 255 * random.integer(2));
  const bars = Array.from({ length: 80 }, () => 255 * random.integer(2));
  return [
    raster('stripes', (x) => grey(Math.floor(16 * x) % 2 === 0 ? 230 : 40)),
    raster('stripes-colour', (x, y) => (Math.floor(12 * (x + y)) % 2 === 0 ? [200, 60, 60] : [240, 230, 190])),
    raster('checks', (x, y) => grey((Math.floor(10 * x) + Math.floor(10 * y)) % 2 === 0 ? 255 : 0)),
    raster('rings', (x, y) => grey(128 + 127 * Math.sin(90 * Math.hypot(x - 0.5, y - 0.5)))),
    raster('moire', (x, y) => grey(128 + 127 * Math.sin(4000 * (x - 0.5) * (y - 0.5)))),
    raster('code-squares', (x, y) => grey(code[33 * Math.floor(33 * y) + Math.floor(33 * x)]!)),
    raster('code-bars', (x) => grey(bars[Math.floor(80 * x)]!)),
    raster('static', (_, y) => grey(100 + 60 * random.normal() + 40 * Math.sin(200 * y))),
    raster('sunset-gradient', (_, y) => [255 - 60 * y, 180 - 120 * y, 90 + 40 * y]),
    raster('blue', () => [40, 90, 200]),
    raster('green', () => [60, 160, 70]),
    raster('speckles', () => (random.uniform() < 0.02 ? grey(0) : grey(240))),
  ];
}

/** Boards, crosswords, mazes, shapes, digits. */
export function games(): Drawing[] {
  const random = new Random(33);
  const board = (name: string, n: number, cell: (x: number, y: number) => string): Drawing => {
    const cells = Array.from({ length: n * n }, (_, i) => cell(i % n, Math.floor(i / n)));
    const size = `width="480" height="480" viewBox="0 0 ${n} ${n}"`;
    return {
      name,
      svg: `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif">${cells.join('')}</svg>`,
    };
  };
  const square = (x: number, y: number, colour: string) =>
    `<rect x="${x}" y="${y}" width="1" height="1" fill="${colour}"/>`;
  const letter = (x: number, y: number, text: string | number) =>
    `<text x="${x + 0.3}" y="${y + 0.75}" font-size="0.7">${text}</text>`;
  const edge = 'fill="none" stroke="#000" stroke-width="0.04"';
  const hue = () => `hsl(${random.integer(360)} 70% 60%)`;
  return [
    board('crossword', 13, (x, y) =>
      random.uniform() < 0.25
        ? square(x, y, '#000')
        : `<path d="M${x} ${y}h1v1h-1Z" ${edge}/>${letter(x, y, 'AEINRST'[random.integer(7)]!)}`,
    ),
    board(
      'sudoku',
      9,
      (x, y) =>
        `<path d="M${x} ${y}h1v1h-1Z" ${edge}/>${random.uniform() < 0.4 ? letter(x, y, 1 + random.integer(9)) : ''}`,
    ),
    board(
      'chess',
      8,
      (x, y) => square(x, y, (x + y) % 2 ? '#b58863' : '#f0d9b5') + (y < 2 || y > 5 ? letter(x, y, '♟') : ''),
    ),
    board('maze', 24, (x, y) =>
      random.integer(2) ? `<path d="M${x} ${y}l1 1" ${edge}/>` : `<path d="M${x + 1} ${y}l-1 1" ${edge}/>`,
    ),
    board('shapes', 6, (x, y) =>
      random.integer(2) ? `<circle cx="${x + 0.5}" cy="${y + 0.5}" r="0.4" fill="${hue()}"/>` : square(x, y, hue()),
    ),
    board('mosaic', 10, (x, y) => square(x, y, hue())),
    board('digits', 7, (x, y) => letter(x, y, random.integer(10))),
    board('digit', 1, () => letter(0, 0, 7)),
    board(
      'letters',
      4,
      (x, y) =>
        `<text x="${x + 0.2}" y="${y + 0.8}" font-size="0.9" fill="${hue()}">${'ABCDEFGHIJKLMNOP'[x + 4 * y]}</text>`,
    ),
  ];
}
