/**
 * What an object in JSON says of a picture, as a row of a table would: by its own fields, or by what people have written
 * about it in Label Studio, or by the first answer of a conversation about it (LLaVA's `conversations`, the `messages` of
 * chats), or as the post that Instagram hands out. Lists by column become objects. Knows no files.
 */

import { isUtf8 } from 'node:buffer';
import * as v from 'valibot';
import { InputError } from '../base/errors.ts';
import type { Oddities } from './oddities.ts';
import { isHeader, type TableRecord } from './table-columns.ts';

const labelStudioTask = v.object({
  data: v.record(v.string(), v.unknown()),
  annotations: v.array(v.object({ result: v.array(v.looseObject({ value: v.unknown() })) })),
});
const textArea = v.object({ value: v.object({ text: v.array(v.string()) }) });

const instagramPost = v.object({
  title: v.optional(v.string()),
  media: v.pipe(v.array(v.object({ uri: v.string(), title: v.optional(v.string()) })), v.nonEmpty()),
});

const turn = v.union([
  v.object({ from: v.string(), value: v.unknown() }),
  v.pipe(
    v.object({ role: v.string(), content: v.unknown() }),
    v.transform(({ role, content }) => ({ from: role, value: content })),
  ),
]);
type Turn = v.InferOutput<typeof turn>;
const turns = v.pipe(v.array(turn), v.nonEmpty());

const ANSWERS = /^(gpt|assistant|model|bot|chatgpt)$/i;

/**
 * The fields of an object.
 *
 * @param name says in the error where the object came from
 * @throws InputError when it is a conversation about no picture, or it or a post is about several
 */
export function fieldsOfObject(item: unknown, name: string, oddities: Oddities): TableRecord['fields'] {
  if (typeof item !== 'object' || item === null) return [];
  if (v.is(labelStudioTask, item)) {
    const results = item.annotations.flatMap(({ result }) => result);
    const captions = results.flatMap((result) => (v.is(textArea, result) ? result.value.text : []));
    return [...Object.entries(item.data), ['captions', captions]];
  }
  if (v.is(instagramPost, item)) {
    const [first, ...others] = item.media;
    if (others.length > 0) throw notOne(name, `a post of ${item.media.length} pictures`);
    return [
      ['file_name', first!.uri],
      ['caption', repaired(first!.title || item.title || '')],
    ];
  }
  const fields = Object.entries(item);
  for (const [field, value] of fields) {
    const said = /^(conversations?|messages)$/.test(field) ? v.safeParse(turns, value) : undefined;
    if (!said?.success) continue;
    const others = fields.filter(([other]) => other !== field);
    const pictures = picturesIn(said.output, others);
    if (pictures.length !== 1) {
      throw notOne(
        name,
        `a conversation about ${pictures.length === 0 ? 'no picture' : `${pictures.length} pictures`}`,
      );
    }
    const answers = said.output.filter(({ from }) => ANSWERS.test(from)).map(({ value }) => textOf(value));
    if (answers.length > 1) oddities.add('answers after the first in a conversation, not read', pictures[0]!);
    return [...others, ['file_name', pictures[0]], ['captions', answers.slice(0, 1)]];
  }
  return fields;
}

const notOne = (name: string, found: string) =>
  new InputError(`${name} is not a picture with its caption`, { found, expected: 'one about a picture' });

/** A text whose bytes in UTF-8 were written as a character each, which Instagram does: `Ã©` for `é`. */
function repaired(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  return bytes.toString('latin1') === text && isUtf8(bytes) ? bytes.toString() : text;
}

/** The names of the pictures that a conversation is about: in a field beside it, or in its parts. */
function picturesIn(said: readonly Turn[], others: readonly (readonly [string, unknown])[]): string[] {
  const pictures = [
    ...others.filter(([name]) => /^images?$/.test(name)).flatMap(([, value]) => value),
    ...said.flatMap(({ value }) => partsOf(value).flatMap(pictureOfPart)),
  ];
  return pictures.filter((picture) => typeof picture === 'string');
}

const partsOf = (value: unknown): object[] =>
  Array.isArray(value) ? value.filter((part) => typeof part === 'object' && part !== null) : [];

/** The picture that a part of a message shows, if it shows one. */
function pictureOfPart(part: object): string[] {
  const { image, image_url: address } = part as Record<string, unknown>;
  const shown = image ?? (typeof address === 'object' && address !== null && 'url' in address ? address.url : address);
  return typeof shown === 'string' ? [shown] : [];
}

function textOf(value: unknown): string {
  if (!Array.isArray(value)) return String(value ?? '');
  return partsOf(value)
    .flatMap((part) => ('text' in part ? String(part.text) : []))
    .join(' ');
}

/** Whether a value is a list of objects with a picture and a caption each; by the first of them. */
export function isListOfRows(value: unknown): value is unknown[] {
  if (!Array.isArray(value)) return false;
  const [first] = value;
  if (typeof first !== 'object' || first === null) return false;
  return isHeader(Object.keys(first)) || 'conversations' in first || 'messages' in first;
}

/**
 * The objects of which lists stand by column: `{"image": ["a.jpg", …], "caption": ["a dog", …]}`, or with the numbers of
 * the rows, as pandas writes it; undefined where a value is something else.
 */
export function rowsOfColumns(value: unknown): object[] | undefined {
  if (typeof value !== 'object' || value === null || !isHeader(Object.keys(value))) return undefined;
  const columns = Object.entries(value).flatMap(([name, cells]) =>
    typeof cells === 'object' && cells !== null ? [[name, Object.values(cells)] as const] : [],
  );
  const rows = columns[0]?.[1].length ?? 0;
  if (!isHeader(columns.map(([name]) => name)) || columns.some(([, { length }]) => length !== rows)) return undefined;
  return Array.from({ length: rows }, (_, i) => Object.fromEntries(columns.map(([name, cells]) => [name, cells[i]])));
}
