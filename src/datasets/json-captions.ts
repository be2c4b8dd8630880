/**
 * Reads captions from JSON, by what it holds:
 *
 *     {"images": [{"id", "file_name"}], "annotations": [{"image_id", "caption"}]}   COCO, VizWiz, Roboflow
 *     {"images": [{"filename", "split", "sentences": [{"raw"}]}]}                   Karpathy's splits
 *     [{"image", "caption"}, …]                                                     BLIP, AI Challenger; in "data": TextCaps
 *     [{"data": {"image"}, "annotations": [{"result": […]}]}, …]                    Label Studio
 *     [{"image", "conversations": [{"from", "value"}]}, …]                          LLaVA; `messages` of chats
 *     {"image": ["a.jpg", …], "caption": ["a dog", …]}                              a table by column
 *     {"a.jpg": "caption", "b.jpg": ["caption", "caption"]}                         a list of captions by name
 *
 * Objects in a list are what rows are in a table, by the same names. Knows no folders and finds no pictures.
 */

import { join } from 'node:path';
import * as v from 'valibot';
import { InputError } from '../base/errors.ts';
import { checkJson, parseJson } from '../base/json.ts';
import { anyInteger } from '../base/schema.ts';
import { readText } from '../base/text-file.ts';
import type { ListedPicture } from './assemble.ts';
import { type DatasetFormat, SPLITS, type Split } from './dataset.ts';
import { isListOfRows, rowsOfColumns } from './json-records.ts';
import { asJson, severalObjects } from './json-text.ts';
import type { Oddities } from './oddities.ts';
import type { DatasetReading } from './reader.ts';
import { SPLIT_NAMES } from './split-names.ts';
import { captionsOf, groupByPicture, rowsOf, type TableRecord } from './table-columns.ts';
import { objectRecords, recordsOfObjects } from './table-rows.ts';

export interface JsonCaptions {
  format: DatasetFormat;
  /** The pictures by the split that the file says of each; undefined where it says none. */
  pictures: Map<Split | undefined, ListedPicture[]>;
}

/**
 * Reads a JSON file of captions. What is wrong with single pictures and captions is skipped and counted.
 *
 * @throws InputError when it is no JSON, holds something else, or at least half of what it lists can't be read
 */
export async function readJsonCaptions(path: string, reading: DatasetReading): Promise<JsonCaptions> {
  const { encoding, oddities } = reading;
  const name = `the caption file ${path}`;
  const text = asJson(await readText(path, { what: 'caption file', encoding }));
  let value: unknown;
  try {
    value = parseJson(text, v.unknown(), name);
  } catch (error) {
    const objects = severalObjects(text);
    if (!objects) throw error;
    return ofRecords(recordsOfObjects(objects, path, reading), path, reading);
  }
  if (v.is(karpathyStart, value)) {
    return { format: 'karpathy', pictures: karpathyPictures(checkJson(value, karpathySplit, name), name, oddities) };
  }
  const list = Array.isArray(value) ? value : Object.values(value ?? {}).find(isListOfRows);
  if (v.is(cocoCaptions, value) && (!list || (value.images.length > 0 && value.annotations.some(isCaptioned)))) {
    return { format: 'coco', pictures: new Map([[undefined, cocoPictures(value, name, oddities)]]) };
  }
  const rows = list ?? rowsOfColumns(value);
  if (rows) return ofRecords(objectRecords(rows, name, reading), name, reading);
  const captions = captionsByName(value);
  if (!captions) {
    const fields = Object.keys(value ?? {})
      .slice(0, 8)
      .join(', ');
    throw new InputError(`${name} does not hold what it should`, {
      found: fields === '' ? 'no captions' : `the fields ${fields}`,
      expected: 'images and annotations (COCO), a list of objects with file_name and text, or captions by file name',
    });
  }
  const pictures = captions.map(([id, captions]) => ({ id, name: id, captions }));
  return { format: 'json', pictures: new Map([[undefined, pictures]]) };
}

function ofRecords(records: readonly TableRecord[], name: string, reading: DatasetReading): JsonCaptions {
  const rows = rowsOf(records, name, reading);
  const pictures = new Map<Split | undefined, ListedPicture[]>();
  for (const split of [undefined, ...SPLITS]) {
    const ofSplit = rows.filter((row) => row.split === split);
    if (ofSplit.length > 0) pictures.set(split, groupByPicture(ofSplit, reading.oddities));
  }
  return { format: 'json', pictures };
}

/** Fields of objects of other kinds: names of pictures are not called so. */
const OTHER_FIELD = /(^|_)(urls?|ids?|names?|captions?|info|title|description|version|type)$/i;

/** Captions by the names of pictures; undefined where a value is not that. */
function captionsByName(value: unknown): [string, string[]][] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const all = Object.entries(value).map(([name, captions]) => [name, captionsOf(captions)] as const);
  const isByName =
    all.length > 0 && all.every(([name, captions]) => name !== '' && captions && !OTHER_FIELD.test(name));
  return isByName ? (all as [string, string[]][]) : undefined;
}

const imageId = v.union([anyInteger, v.string()]);
const fileName = v.pipe(v.string(), v.nonEmpty());

const cocoCaptions = v.object({ images: v.array(v.unknown()), annotations: v.array(v.unknown()) });
const cocoImage = v.union([
  v.object({ id: imageId, file_name: fileName }),
  v.pipe(
    v.object({ id: imageId, coco_url: fileName }),
    v.transform(({ id, coco_url: url }) => ({ id, file_name: url })),
  ),
]);
/** A caption, or several, or none. */
const captionValue = v.pipe(
  v.optional(v.unknown(), null),
  v.transform(captionsOf),
  v.array(v.string(), 'Expected a caption or a list of captions'),
);
/** Boxes have no caption; a caption may be null, or rejected by those who checked it (VizWiz). */
const cocoAnnotation = v.object({
  id: v.optional(imageId),
  image_id: imageId,
  caption: captionValue,
  captions: captionValue,
  is_rejected: v.nullish(v.boolean(), false),
});

/** What tells an annotation for captions from one for detection; the caption may be missing or of any kind all the same. */
function isCaptioned(annotation: unknown): boolean {
  return typeof annotation === 'object' && annotation !== null && ('caption' in annotation || 'captions' in annotation);
}

function cocoPictures(
  { images, annotations }: v.InferOutput<typeof cocoCaptions>,
  name: string,
  oddities: Oddities,
): ListedPicture[] {
  if (annotations.length > 0 && !annotations.some(isCaptioned)) {
    throw new InputError(`${name} holds no captions`, {
      found: `${annotations.length.toLocaleString('en')} annotations of boxes, outlines or categories alone`,
      expected: 'annotations with a caption, as in captions_train2017.json of COCO',
    });
  }
  const pictures = new Map<string, ListedPicture>();
  const listed = oddities.readItems(images, 'images', (image, i) => checkJson(image, cocoImage, name, `images.${i}`));
  for (const { id, file_name: file } of listed) {
    if (pictures.has(String(id))) oddities.add('image ids given twice, the first kept', String(id));
    else pictures.set(String(id), { id: String(id), name: file, captions: [], identity: officialNumber(file) });
  }
  const seen = new Set<number | string>();
  const read = oddities.readItems(annotations, 'annotations', (annotation, i) =>
    checkJson(annotation, cocoAnnotation, name, `annotations.${i}`),
  );
  for (const { id, image_id: imageId, caption, captions, is_rejected: isRejected } of read) {
    const picture = pictures.get(String(imageId));
    if (!picture) oddities.add('captions of unknown image ids skipped', String(imageId));
    else if (id !== undefined && seen.has(id)) oddities.add('caption ids given twice, the first kept', String(id));
    else if (isRejected) oddities.add('captions that are marked as rejected, skipped', picture.name);
    else if (caption.length + captions.length === 0) picture.captions.push('');
    else for (const one of [...caption, ...captions]) picture.captions.push(one);
    if (id !== undefined) seen.add(id);
  }
  return [...pictures.values()];
}

/**
 * COCO's own pictures carry a number of twelve digits that stays the same across the years, while their splits do
 * not: `COCO_val2014_000000391895.jpg` is train2017's `000000391895.jpg`.
 */
function officialNumber(name: string): string | undefined {
  return /(\d{12})\.\w+$/.exec(name)?.[1];
}

/** By which the format is told from COCO's. */
const karpathyStart = v.object({ images: v.looseTuple([v.object({ sentences: v.unknown() })]) });
const karpathySplit = v.object({ dataset: v.optional(v.string()), images: v.array(v.unknown()) });
const karpathyImage = v.object({
  filename: fileName,
  filepath: v.optional(v.string()),
  cocoid: v.optional(imageId),
  split: v.pipe(
    v.string(),
    v.transform((name) => SPLIT_NAMES.get(name.trim().toLowerCase())),
    v.picklist(SPLITS, `Expected one of ${[...SPLIT_NAMES.keys()].join(', ')}`),
  ),
  // Some have the words alone.
  sentences: v.array(
    v.pipe(
      v.object({ raw: v.optional(v.string()), tokens: v.optional(v.array(v.string())) }),
      v.transform(({ raw, tokens }) => ({ raw: raw ?? tokens?.join(' ') })),
      v.object({ raw: v.string() }),
    ),
  ),
});

function karpathyPictures(
  { images }: v.InferOutput<typeof karpathySplit>,
  name: string,
  oddities: Oddities,
): Map<Split, ListedPicture[]> {
  const pictures = new Map<Split, ListedPicture[]>([...SPLITS].reverse().map((split) => [split, []]));
  const read = oddities.readItems(images, 'images', (image, i) => checkJson(image, karpathyImage, name, `images.${i}`));
  for (const { filename, filepath = '', cocoid, split, sentences } of read) {
    pictures.get(split)!.push({
      id: cocoid === undefined ? filename : String(cocoid),
      name: join(filepath, filename),
      captions: sentences.map(({ raw }) => raw),
    });
  }
  return pictures;
}
