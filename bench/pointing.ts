/**
 * Measures whether a captioner looks at what it names, by the pointing game (Zhang et al. 2016, section 4.1): of the words
 * for objects that are in the picture, the share whose greatest value in the word's map lies in a box of such an object.
 *
 *     npm run bench -- pointing --model FOLDER [DATASET] [--split val] [--by attention|cells|occlusion] [--beam 3] [--limit N]
 *
 * The dataset has its objects' boxes in `annotations/instances_*.json`, as COCO has; by default it is data/coco-subset.
 * Beside the share stand two that look at no picture: the mean share of a map's cells that lie in such a box (chance), and
 * the share of the words whose boxes have the middle of the picture in them. Without `--by` it is measured by all ways that
 * the captioner has (`src/captioning/word-maps.ts`).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { decodingDefaults } from '../src/captioning/caption.ts';
import { describePictures } from '../src/captioning/describe.ts';
import { WORD_MAPS_BY, type WordMaps } from '../src/captioning/explained/word-maps.ts';
import { picturesOf } from '../src/captioning/features.ts';
import { openCaptioner } from '../src/captioning/open.ts';
import { table } from '../src/cli/table.ts';
import { openEngine } from '../src/compute/engine.ts';
import { readCaptionDataset } from '../src/datasets/read.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string' },
    split: { type: 'string', default: 'val' },
    by: { type: 'string' },
    beam: { type: 'string', default: '3' },
    limit: { type: 'string' },
  },
});
const [folder = 'data/coco-subset'] = positionals;
const split = v.parse(v.picklist(['train', 'val', 'test']), values.split);

/** Left, top, width and height in shares of the picture. */
type Box = readonly [x: number, y: number, width: number, height: number];

const instances = v.object({
  images: v.array(v.object({ id: v.number(), file_name: v.string(), width: v.number(), height: v.number() })),
  annotations: v.array(
    v.object({
      image_id: v.number(),
      category_id: v.number(),
      bbox: v.tuple([v.number(), v.number(), v.number(), v.number()]),
    }),
  ),
  categories: v.array(v.object({ id: v.number(), name: v.string() })),
});

const engine = await openEngine('auto');
const { captioner, cnn } = await openCaptioner(engine, { folder: values.model });
const dataset = await readCaptionDataset(folder);
const boxes = await boxesByPicture();
const files = picturesOf(dataset, split)
  .map(({ file }) => file)
  .slice(0, values.limit === undefined ? undefined : Number(values.limit));
const decoding = { ...decodingDefaults, surest: false, beam: Number(values.beam) };
const all = captioner.grid === undefined ? (['occlusion'] as const) : WORD_MAPS_BY;
const rows = [['', 'words', 'pointed at', 'chance', 'middle', 'times chance']];
for (const by of all.filter((one) => values.by === undefined || one === values.by)) rows.push(await measure(by));
console.log(table(rows));
engine.close();

async function measure(by: WordMaps['by']): Promise<string[]> {
  let [words, hits, chance, middle] = [0, 0, 0, 0];
  for await (const { name, captions, wordMaps } of describePictures(captioner, cnn, files, { decoding, explain: by })) {
    const { grid, words: maps } = wordMaps!;
    for (const [i, { word }] of captions[0]!.words.entries()) {
      const named = boxes.get(baseName(name))?.get(word);
      if (!named) continue;
      const map = maps[i]!;
      const inside = map.map((_, cell) =>
        contains(named, ((cell % grid) + 0.5) / grid, (Math.floor(cell / grid) + 0.5) / grid),
      );
      words++;
      if (inside[map.indexOf(Math.max(...map))]) hits++;
      if (contains(named, 0.5, 0.5)) middle++;
      chance += inside.filter(Boolean).length / map.length;
    }
  }
  const share = (count: number) => (count / words).toFixed(3);
  return [by, String(words), share(hits), share(chance), share(middle), (hits / chance).toFixed(2)];
}

/** The boxes of each picture, by the words for what is in them. */
async function boxesByPicture(): Promise<Map<string, Map<string, Box[]>>> {
  const found = new Map<string, Map<string, Box[]>>();
  const file = join(folder, 'annotations', `instances_${split}2017.json`);
  const { images, annotations, categories } = v.parse(instances, JSON.parse(await readFile(file, 'utf8')));
  const pictures = new Map(images.map((image) => [image.id, image]));
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  for (const { image_id, category_id, bbox } of annotations) {
    const { file_name, width, height } = pictures.get(image_id)!;
    const box: Box = [bbox[0] / width, bbox[1] / height, bbox[2] / width, bbox[3] / height];
    const ofPicture = found.get(file_name) ?? new Map<string, Box[]>();
    found.set(file_name, ofPicture);
    const name = names.get(category_id)!;
    for (const word of [name, `${name}s`]) ofPicture.set(word, [...(ofPicture.get(word) ?? []), box]);
  }
  return found;
}

function contains(boxes: readonly Box[], x: number, y: number): boolean {
  return boxes.some(([left, top, width, height]) => x >= left && x <= left + width && y >= top && y <= top + height);
}

function baseName(path: string): string {
  return path.split('/').at(-1)!;
}
