import { describe, expect, it } from 'vitest';
import { textPicture } from '../../src/report/text-picture.ts';

const [RED, BLUE] = [
  [255, 0, 0],
  [0, 0, 255],
] as const;

describe('textPicture', () => {
  it('draws stretches of one colour, row by row, with the text escaped', () => {
    const svg = textPicture('cell <1>', [
      { text: 'a', colour: RED },
      { text: '<&', colour: RED },
      { text: 'b\n', colour: BLUE },
      { text: ' ', colour: RED },
    ]);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain('cell &#60;1&#62;</text>');
    const runs = Array.from(
      svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)".*?fill="(#\w+)"\/>(?:<text.*>(.*)<\/text>)?/g),
    );
    const [[, x0, y0], [, x1, y1], [, x2, y2]] = runs as unknown as [string[], string[], string[]];
    expect(runs.map(([, , , width, colour, text]) => [width, colour, text])).toEqual([
      ['21.6', '#ff0000', 'a&#60;&#38;'],
      ['14.4', '#0000ff', 'b↵'],
      ['7.2', '#ff0000', undefined],
    ]);
    expect(Number(x1) - Number(x0)).toBeCloseTo(21.6);
    expect([x2, y1]).toEqual([x0, y0]);
    expect(Number(y2)).toBeGreaterThan(Number(y0));
  });

  it('goes on in the next row where a line is too long, and counts characters, not code units', () => {
    const svg = textPicture('', [{ text: '👍'.repeat(100), colour: RED }]);
    expect(Array.from(svg.matchAll(/👍+/gu), ([run]) => [...run].length)).toEqual([96, 4]);
  });
});
