/** What is shown of where words come from: on the page, and in a figure. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeExplainedFigure } from '../../../src/captioning/explained/explained-figure.ts';
import { explainedFrame } from '../../../src/captioning/explained/explained-frame.ts';
import { coveredPart, frameLayout, mapsOf, shownMaps, whereOf } from '../../../src/captioning/explained/shown-maps.ts';
import type { WordMaps } from '../../../src/captioning/explained/word-maps.ts';
import { temporaryFolder } from '../../training/small-training.ts';

const maps: WordMaps = {
  by: 'occlusion',
  grid: 2,
  fit: 'squash',
  words: [
    [4, 2, -1, 0],
    [0.1, 0.2, 0, 0],
  ],
};

describe('the maps of words for the eye', () => {
  it('go from 0 to 1, and stay faint for a word that the picture hardly matters to', () => {
    const [first, second] = shownMaps(maps);
    expect(first).toEqual([1, 0.5, 0, 0]);
    expect(second).toEqual([0.25, 0.5, 0, 0]);
    expect(shownMaps({ ...maps, words: [[0, 0, 0, 0]] })).toEqual([[0, 0, 0, 0]]);
  });

  it('cover what the CNN saw: all of the picture, or the square in its middle', () => {
    const wide = { width: 200, height: 100 };
    expect(coveredPart({ fit: 'squash' }, wide)).toEqual({ left: 0, top: 0, width: 1, height: 1 });
    expect(coveredPart({ fit: 'crop' }, wide)).toEqual({ left: 0.25, top: 0, width: 0.5, height: 1 });
  });

  it('lie over the picture in its frame, which is wider than it is high', () => {
    expect(frameLayout({ fit: 'crop' }, { width: 100, height: 150 })).toEqual({
      width: '50%',
      map: { left: '0%', top: '16.67%', width: '100%', height: '66.67%' },
    });
  });

  it('stand in the page a byte for each cell', () => {
    const frame = explainedFrame({ source: 'data:,', width: 40, height: 30 }, 'a <dog>', maps).text;
    const [, stored] = frame.match(/data-maps="([^"]*)"/)!;
    expect([...Buffer.from(stored!, 'base64')]).toEqual([255, 128, 0, 0, 64, 128, 0, 0]);
    expect(frame).toContain('alt="a &#60;dog&#62;"');
  });
});

describe('the maps of words in JSON', () => {
  const caption = { caption: 'a dog', logProb: -2, words: ['a', 'dog'].map((word) => ({ word, logProb: -1 })) };
  const words = [
    [0.123456, 0, 0, 0.876544],
    [0.25, 0.25, 0.25, 0.25],
  ];

  it('say how places were found and what their numbers are, to four digits', () => {
    const attention = whereOf(caption, { by: 'attention', grid: 2, fit: 'crop', words });
    expect(attention).toEqual({
      by: 'attention',
      grid: 2,
      fit: 'crop',
      words: [
        { word: 'a', weights: [0.1235, 0, 0, 0.8765] },
        { word: 'dog', weights: words[1] },
      ],
    });
    const occlusion = whereOf(caption, { by: 'occlusion', grid: 2, fit: 'squash', words });
    expect(occlusion.words[1]).toEqual({ word: 'dog', falls: words[1] });
  });

  it('are the maps again for those who show them', () => {
    expect(mapsOf(whereOf(caption, { ...maps, words: [[4, 2, -1, 0], words[1]!] }))).toEqual({
      ...maps,
      words: [[4, 2, -1, 0], words[1]],
    });
  });
});

describe('the figure', () => {
  let figure: string;
  beforeAll(async () => {
    const file = join(await temporaryFolder(), 'figure.svg');
    const bytes = await sharp({ create: { width: 20, height: 10, channels: 3, background: '#c00' } })
      .png()
      .toBuffer();
    const words = ['a', 'b<'].map((word) => ({ word, logProb: -1 }));
    const picture = { name: 'x', source: { name: 'x', bytes }, captions: [{ caption: 'a b<', logProb: -2, words }] };
    await writeExplainedFigure(file, [
      { ...picture, wordMaps: maps },
      { ...picture, source: { name: 'y', bytes: new Uint8Array(9) }, wordMaps: maps },
    ]);
    figure = await readFile(file, 'utf8');
  });

  it('shows the picture once by itself and once for each word, under its map; what is no picture is left out', () => {
    expect(figure.match(/<use /g)).toHaveLength(3);
    expect(figure.match(/data:image\/png/g)).toHaveLength(2);
    expect(figure).toContain('>b&#60;</text>');
  });

  it('is an SVG that is drawn', async () => {
    const { width, height } = await sharp(Buffer.from(figure)).metadata();
    expect(width).toBeGreaterThan(height!);
  });
});
