import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { glimpsePaths, type LookedAt } from '../../src/report/glimpse-paths.ts';

const picture: LookedAt = {
  pixels: Uint8Array.of(0, 255, 128, 0, 0, 64, 32, 16),
  rows: 2,
  columns: 4,
  places: [
    [0, 0],
    [-1, 1],
    [1, -0.5],
  ],
  caption: '7 < 8',
};

describe('glimpsePaths', () => {
  it('draws a window of half the sides and a middle for each glimpse, first to last', async () => {
    const { text } = await glimpsePaths('a & b', [picture]);
    const frames = [...text.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="70" height="35" fill="none"/g)];
    expect(frames.map(([, x, y]) => [Number(x), Number(y)])).toEqual([
      [35, 17.5],
      [70, 0],
      [17.5, 35],
    ]);
    expect(text).toContain('points="70,35 105,17.5 52.5,52.5"');
    const colours = [...text.matchAll(/<circle .* fill="(hsl[^"]+)"/g)].map(([, colour]) => colour);
    expect(colours).toEqual(['hsl(210, 90%, 65%)', 'hsl(285, 90%, 65%)', 'hsl(360, 90%, 65%)']);
    expect(text).toContain('>7 &#60; 8</text>');
    expect(text).toContain('<title>a &#38; b</title>');
  });

  it('holds the picture itself, pixel by pixel', async () => {
    const { text } = await glimpsePaths('a & b', [picture]);
    const png = Buffer.from(/data:image\/png;base64,([^"]+)/.exec(text)![1]!, 'base64');
    const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 4, height: 2, channels: 1 });
    expect(Array.from(data)).toEqual(Array.from(picture.pixels));
  });
});
