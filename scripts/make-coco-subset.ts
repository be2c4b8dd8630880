/**
 * Makes `data/coco-subset`, a small dataset of rendered scenes in the layout of COCO 2017:
 *
 *     npx tsx scripts/make-coco-subset.ts
 *
 * The scenes are drawn by lot from the grammar in `coco-subset/grammar.ts`, always the same ones. What the pictures
 * show stands beside each picture in the annotations (`scene`), so that a caption can be checked for what is true, and
 * where each object is in annotations of their own, `instances_*.json` as COCO has them.
 */

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../src/base/random.ts';
import { writeCaptions } from './coco-subset/captions.ts';
import { KINDS, type KindName } from './coco-subset/grammar.ts';
import { PICTURE_SIZE, renderScene } from './coco-subset/render.ts';
import { isHeldOut, type Scene, sampleScene, signature } from './coco-subset/scene.ts';

const SEED = 2017;
const FOLDER = join(import.meta.dirname, '../data/coco-subset');
const TRAIN = 480;
/** New scenes of what training shows. */
const VAL_SEEN = 60;
/** What COCO calls the kinds of objects. */
const CATEGORIES = Object.keys(KINDS) as KindName[];
/** Scenes that hold what training never shows. */
const VAL_HELD_OUT = 30;

const random = new Random(SEED);
const seen = new Set<string>();
const train = sampleNew(TRAIN, (scene) => !isHeldOut(scene));
const val = [...sampleNew(VAL_SEEN, (scene) => !isHeldOut(scene)), ...sampleNew(VAL_HELD_OUT, isHeldOut)];
for (const folder of ['train2017', 'val2017', 'annotations']) {
  await rm(join(FOLDER, folder), { recursive: true, force: true });
  await mkdir(join(FOLDER, folder), { recursive: true });
}
await writeSplit('train2017', train, 1);
await writeSplit('val2017', val, 1 + TRAIN);

/** Scenes that fit and that no earlier picture shows. */
function sampleNew(count: number, fits: (scene: Scene) => boolean): Scene[] {
  const scenes: Scene[] = [];
  while (scenes.length < count) {
    const scene = sampleScene(random);
    if (!fits(scene) || seen.has(signature(scene))) continue;
    seen.add(signature(scene));
    scenes.push(scene);
  }
  return scenes;
}

async function writeSplit(name: string, scenes: readonly Scene[], firstId: number): Promise<void> {
  const images = [];
  const annotations = [];
  const instances = [];
  for (const [i, scene] of scenes.entries()) {
    const id = firstId + i;
    const file_name = `${String(id).padStart(12, '0')}.jpg`;
    const { picture, boxes } = await renderScene(scene, SEED * 1000 + id);
    await writeFile(join(FOLDER, name, file_name), picture);
    const { setting, groups, relation } = scene;
    const truth = { setting, groups, relation, held_out: isHeldOut(scene) };
    images.push({ id, file_name, width: PICTURE_SIZE, height: PICTURE_SIZE, license: 1, scene: truth });
    for (const [n, caption] of writeCaptions(scene, random).entries()) {
      annotations.push({ id: id * 10 + n, image_id: id, caption });
    }
    for (const [n, { kind, bbox }] of boxes.entries()) {
      const area = Number((bbox[2] * bbox[3]).toFixed(1));
      const category_id = CATEGORIES.indexOf(kind) + 1;
      instances.push({ id: id * 10 + n, image_id: id, category_id, bbox, area, iscrowd: 0 });
    }
  }
  const info = { description: `coco-subset ${name}: rendered scenes with captions`, version: '1.0' };
  const licenses = [{ id: 1, name: 'CC0 1.0', url: 'https://creativecommons.org/publicdomain/zero/1.0/' }];
  const lines = (records: readonly object[]) => `[\n${records.map((record) => JSON.stringify(record)).join(',\n')}\n]`;
  const head = JSON.stringify({ info, licenses }).slice(0, -1);
  const json = `${head},\n"images": ${lines(images)},\n"annotations": ${lines(annotations)}}\n`;
  await writeFile(join(FOLDER, 'annotations', `captions_${name}.json`), json);
  const categories = CATEGORIES.map((kind, i) => ({ id: i + 1, name: kind }));
  const files = images.map(({ scene: _, ...image }) => image);
  const boxed = `${head},\n"images": ${lines(files)},\n"annotations": ${lines(instances)},\n"categories": ${lines(categories)}}\n`;
  await writeFile(join(FOLDER, 'annotations', `instances_${name}.json`), boxed);
}
