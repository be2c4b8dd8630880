/** Scans of printed pages: crooked, uneven in light, with the noise of a scanner. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { inPackage } from '../../src/base/files.ts';
import { Random } from '../../src/base/random.ts';
import type { Raster } from './patterns.ts';

const [WIDTH, HEIGHT] = [620, 860];

/** Pages of the README as print: one or two columns, letters of three sizes, a receipt, torn light. */
export function scans(): Raster[] {
  const words = readFileSync(inPackage('README.md'), 'utf8')
    .replace(/[^\w .,;]+/g, ' ')
    .split(/\s+/);
  return [
    scan('scan-page', { words, size: 15, columns: 1, turn: 1.5, paper: 245, noise: 6 }),
    scan('scan-columns', { words: words.slice(200), size: 12, columns: 2, turn: -1, paper: 235, noise: 10 }),
    scan('scan-large', { words: words.slice(300), size: 26, columns: 1, turn: 3, paper: 225, noise: 8 }),
    scan('scan-faded', { words: words.slice(100), size: 14, columns: 1, turn: -2, paper: 200, noise: 22 }),
    scan('scan-typed', {
      words: words.slice(400),
      size: 16,
      columns: 1,
      turn: 0.5,
      paper: 230,
      noise: 14,
      font: 'monospace',
    }),
    scan('scan-receipt', {
      words: words.slice(250),
      size: 22,
      columns: 1,
      turn: -4,
      paper: 250,
      noise: 12,
      font: 'monospace',
    }),
  ];
}

interface Scan {
  words: readonly string[];
  /** Of letters, in pixels. */
  size: number;
  columns: number;
  /** Degrees. */
  turn: number;
  /** Grey of the paper, and the deviation of the noise on it. */
  paper: number;
  noise: number;
  font?: string;
}

function scan(name: string, { words, size, columns, turn, paper, noise, font = 'serif' }: Scan): Raster {
  const rows = Math.floor((HEIGHT - 120) / (1.4 * size));
  const width = (WIDTH - 100) / columns;
  const perLine = Math.max(2, Math.floor(width / (size * 3.2)));
  const lines = Array.from({ length: rows * columns }, (_, i) => {
    const [x, y] = [50 + width * Math.floor(i / rows), 80 + 1.4 * size * (i % rows)];
    return `<text x="${x}" y="${y}" font-size="${size}">${words.slice(i * perLine, (i + 1) * perLine).join(' ')}</text>`;
  });
  const random = new Random(41);
  const grain = Uint8ClampedArray.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const shade = 12 * Math.sin((3 * (i % WIDTH)) / WIDTH);
    return paper - shade + noise * random.normal();
  });
  const page = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}"><g font-family="${font}" fill="#222"
    transform="rotate(${turn} ${WIDTH / 2} ${HEIGHT / 2})">${lines.join('')}</g></svg>`;
  const light = sharp(grain, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } }).toColourspace('srgb');
  return { name, picture: light.composite([{ input: Buffer.from(page), blend: 'over' }]) };
}
