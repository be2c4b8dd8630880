import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCaptionDataset } from '../../src/datasets/read.ts';

const folder = join(import.meta.dirname, '../../data/coco-subset');

interface Image {
  id: number;
  scene: { groups: { kind: string; colour: string; count: number }[]; relation?: string; held_out: boolean };
}

function imagesOf(split: 'train' | 'val'): Image[] {
  return JSON.parse(readFileSync(join(folder, `annotations/captions_${split}2017.json`), 'utf8')).images;
}

describe('data/coco-subset', async () => {
  const { splits, report } = await readCaptionDataset(folder);

  test('is read without a complaint, with five different captions for each picture', () => {
    expect(report).toEqual([]);
    expect([...splits].map(([split, pictures]) => [split, pictures.length])).toEqual([
      ['train', 480],
      ['val', 90],
    ]);
    for (const { captions } of [...splits.values()].flat()) expect(new Set(captions).size).toBe(5);
  });

  test('captions name the kind and colour of what is in the picture, in every caption', () => {
    const scenes = new Map([...imagesOf('train'), ...imagesOf('val')].map(({ id, scene }) => [String(id), scene]));
    for (const { id, captions } of [...splits.values()].flat()) {
      for (const { colour } of scenes.get(id)?.groups ?? []) {
        for (const caption of captions) expect(caption.toLowerCase()).toContain(colour);
      }
    }
  });

  test('keeps a third of the validation scenes for what training never shows', () => {
    const things = (images: Image[]) =>
      images.flatMap(({ scene }) => scene.groups.map(({ kind, colour }) => `${colour} ${kind}`));
    expect(imagesOf('train').filter(({ scene }) => scene.held_out)).toHaveLength(0);
    expect(imagesOf('val').filter(({ scene }) => scene.held_out)).toHaveLength(30);
    expect(things(imagesOf('train'))).not.toContain('blue house');
    expect(things(imagesOf('val'))).toContain('blue house');
  });
});
