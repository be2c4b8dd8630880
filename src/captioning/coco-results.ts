/** Captions and references in the formats of COCO's evaluation tools (https://cocodataset.org/#format-results). */

import * as v from 'valibot';
import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import { readJson } from '../base/json.ts';
import { anyInteger } from '../base/schema.ts';

const resultsSchema = v.pipe(
  v.array(v.object({ image_id: v.union([anyInteger, v.string()]), caption: v.string() })),
  v.nonEmpty(),
);

/** Captions of pictures, one each, in the results format: `[{"image_id","caption"}]`. */
export function cocoResults(names: readonly string[], captions: readonly string[]): string {
  return jsonText(captions.map((caption, i) => ({ image_id: imageId(names[i]!), caption })));
}

/** The captions that people wrote for pictures, in the format of a caption file: `{"images","annotations"}`. */
export function cocoReferences(names: readonly string[], captions: readonly (readonly string[])[]): string {
  const images = names.map((name) => ({ id: imageId(name), file_name: name }));
  const annotations = captions
    .flatMap((written, i) => written.map((caption) => ({ image_id: imageId(names[i]!), caption })))
    .map((annotation, id) => ({ id, ...annotation }));
  return jsonText({ images, annotations });
}

/**
 * Reads captions in the results format.
 *
 * @returns the captions by the pictures' ids
 * @throws InputError when the file is not in this format, or has two captions of a picture
 */
export async function readCocoResults(file: string): Promise<Map<string, string>> {
  const rows = await readJson(file, resultsSchema, 'file of captions').catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    const advice = 'Captions to be scored stand in it as [{"image_id": …, "caption": …}], the results format of COCO.';
    throw new InputError(error.message, { advice, cause: error });
  });
  const captions = new Map(rows.map(({ image_id: id, caption }) => [String(id), caption]));
  if (captions.size === rows.length) return captions;
  const twice = rows.map(({ image_id: id }) => String(id)).find((id, i, ids) => ids.indexOf(id) < i);
  throw new InputError(`the captions ${file} are not one for each picture`, {
    found: `${rows.length} captions of ${counted(captions.size, 'picture')}, two of ${twice}`,
  });
}

/** The id of a picture: COCO's are numbers, those of other datasets names. */
function imageId(name: string): number | string {
  return /^\d+$/.test(name) ? Number(name) : name;
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
