/**
 * Reads captions from JSON, by what it holds:
 *
 *     {"images": [{"id", "file_name"}], "annotations": [{"image_id", "caption"}]}   COCO, VizWiz, Roboflow
 *     {"images": [{"filename", "split", "sentences": [{"raw"}]}]}                   Karpathy's splits
 *     [{"image", "caption"}, …]                                                     BLIP, AI Challenger
 *     {"a.jpg": "caption", "b.jpg": ["caption", "caption"]}                         a list of captions by name
 *
 * Knows no folders and finds no pictures.
 */

import { join } from 'node:path';
import * as v from 'valibot';
import { InputError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { anyInteger } from '../base/schema.ts';
import { readText } from '../base/text-file.ts';
import type { ListedPicture } from './assemble.ts';
import { type DatasetFormat, SPLITS, type Split } from './dataset.ts';
import type { Oddities } from './oddities.ts';
import type { DatasetReading } from './reader.ts';

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
export async function readJsonCaptions(path: string, { encoding, oddities }: DatasetReading): Promise<JsonCaptions> {
  const name = `the caption file ${path}`;
  const text = await readText(path, { what: 'caption file', encoding });
  const value = parseJson(withLargeIds(text), v.unknown(), name);
  if (Array.isArray(value))
    return { format: 'json', pictures: new Map([[undefined, recordsOf(value, name, oddities)]]) };
  const byName = v.safeParse(captionsByName, value);
  if (byName.success) {
    const pictures = Object.entries(byName.output).map(([id, captions]) => ({
      id,
      name: id,
      captions: [captions].flat(),
    }));
    return { format: 'json', pictures: new Map([[undefined, pictures]]) };
  }
  if (v.is(karpathyStart, value)) {
    return { format: 'karpathy', pictures: karpathyPictures(checked(karpathySplit, value, name), name, oddities) };
  }
  const pictures = cocoPictures(checked(cocoCaptions, value, name), name, oddities);
  return { format: 'coco', pictures: new Map([[undefined, pictures]]) };
}

/**
 * JSON text in which integers that no number can hold are strings: ids above 2^53 would else become equal. A string that
 * looks like one stays what it is.
 */
function withLargeIds(text: string): string {
  if (!/\d{16}/.test(text)) return text;
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\b\d{16,}\b(?![.eE])/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  );
}

function checked<T>(schema: v.GenericSchema<unknown, T>, value: unknown, name: string, place = ''): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = [place, v.getDotPath(issue)].filter(Boolean).join('.');
  throw new InputError(`${name} does not hold what it should`, {
    found: `${path ? `at ${path}` : 'at the top'}: ${issue.message}`,
  });
}

const imageId = v.union([anyInteger, v.string()]);
const fileName = v.pipe(v.string(), v.nonEmpty());

const captionsByName = v.pipe(
  v.record(fileName, v.union([v.string(), v.array(v.string())])),
  v.check((record) => Object.keys(record).length > 0 && Object.keys(record).every((name) => /\.\w+$/.test(name))),
);

const cocoCaptions = v.object({ images: v.array(v.unknown()), annotations: v.array(v.unknown()) });
const cocoImage = v.object({ id: imageId, file_name: fileName });
/** Boxes have no caption; a caption may be null, or rejected by those who checked it (VizWiz). */
const cocoAnnotation = v.object({
  id: v.optional(imageId),
  image_id: imageId,
  caption: v.nullish(v.string(), ''),
  is_rejected: v.nullish(v.boolean(), false),
});

/** What tells an annotation for captions from one for detection; the caption may be missing or of any kind all the same. */
const captioned = v.looseObject({ caption: v.unknown() });

function cocoPictures(
  { images, annotations }: v.InferOutput<typeof cocoCaptions>,
  name: string,
  oddities: Oddities,
): ListedPicture[] {
  if (annotations.length > 0 && !annotations.some((annotation) => v.is(captioned, annotation))) {
    throw new InputError(`${name} holds no captions`, {
      found: `${annotations.length.toLocaleString('en')} annotations of boxes, outlines or categories alone`,
      expected: 'annotations with a caption, as in captions_train2017.json of COCO',
    });
  }
  const pictures = new Map<string, ListedPicture>();
  const listed = oddities.readItems(images, 'images', (image, i) => checked(cocoImage, image, name, `images.${i}`));
  for (const { id, file_name: file } of listed) {
    if (pictures.has(String(id))) oddities.add('image ids given twice, the first kept', String(id));
    else pictures.set(String(id), { id: String(id), name: file, captions: [], identity: officialNumber(file) });
  }
  const seen = new Set<number | string>();
  const read = oddities.readItems(annotations, 'annotations', (annotation, i) =>
    checked(cocoAnnotation, annotation, name, `annotations.${i}`),
  );
  for (const { id, image_id: imageId, caption, is_rejected: isRejected } of read) {
    const picture = pictures.get(String(imageId));
    if (!picture) oddities.add('captions of unknown image ids skipped', String(imageId));
    else if (id !== undefined && seen.has(id)) oddities.add('caption ids given twice, the first kept', String(id));
    else if (isRejected) oddities.add('captions that are marked as rejected, skipped', picture.name);
    else picture.captions.push(caption);
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

/** `restval` (the rest of COCO's val2014) joins `train`, as in all published results on these splits. */
const SPLIT_OF = { train: 'train', restval: 'train', val: 'val', test: 'test' } as const satisfies Record<
  string,
  Split
>;

/** By which the format is told from COCO's. */
const karpathyStart = v.object({ images: v.looseTuple([v.object({ sentences: v.unknown() })]) });
const karpathySplit = v.object({ dataset: v.optional(v.string()), images: v.array(v.unknown()) });
const karpathyImage = v.object({
  filename: fileName,
  filepath: v.optional(v.string()),
  cocoid: v.optional(imageId),
  split: v.picklist(Object.keys(SPLIT_OF) as (keyof typeof SPLIT_OF)[]),
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
  const read = oddities.readItems(images, 'images', (image, i) => checked(karpathyImage, image, name, `images.${i}`));
  for (const { filename, filepath = '', cocoid, split, sentences } of read) {
    pictures.get(SPLIT_OF[split])!.push({
      id: cocoid === undefined ? filename : String(cocoid),
      name: join(filepath, filename),
      captions: sentences.map(({ raw }) => raw),
    });
  }
  return pictures;
}

const captionOrCaptions = v.nullish(v.union([v.string(), v.array(v.string())]), '');
const captionRecord = v.union([
  v.pipe(
    v.object({ image: fileName, caption: captionOrCaptions, split: v.optional(v.string()) }),
    v.transform(({ image, caption }) => ({ file: image, caption })),
  ),
  v.pipe(
    v.object({ file_name: fileName, text: captionOrCaptions }),
    v.transform(({ file_name: file, text }) => ({ file, caption: text })),
  ),
  v.pipe(
    v.object({ file_name: fileName, caption: captionOrCaptions }),
    v.transform(({ file_name: file, caption }) => ({ file, caption })),
  ),
  v.pipe(
    v.object({ image_id: fileName, caption: captionOrCaptions }),
    v.transform(({ image_id: file, caption }) => ({ file, caption })),
  ),
]);

function recordsOf(records: readonly unknown[], name: string, oddities: Oddities): ListedPicture[] {
  const pictures = new Map<string, ListedPicture>();
  const read = oddities.readItems(records, 'records', (record, i) => checked(captionRecord, record, name, String(i)));
  for (const { file, caption } of read) {
    const picture = pictures.get(file) ?? { id: file, name: file, captions: [] };
    pictures.set(file, picture);
    for (const one of [caption].flat()) picture.captions.push(one);
  }
  return [...pictures.values()];
}
