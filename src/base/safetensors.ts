/**
 * Reads and writes the safetensors format (https://huggingface.co/docs/safetensors, section Format):
 *
 *     length of the header, 8 bytes │ header, JSON │ the tensors' bytes, little endian, without holes
 *
 * Knows nothing of models: whether names and shapes are right is for the caller to check.
 */
import * as v from 'valibot';
import { InputError, reasonOf } from './errors.ts';
import { readBytes, writeFileAtomically } from './files.ts';
import { refuseLfsPointer } from './git-lfs.ts';
import { fromHalf, toHalf } from './half.ts';
import { parseJson } from './json.ts';
import { integerFrom } from './schema.ts';
import { sha256 } from './sha256.ts';

export interface StoredTensor {
  shape: readonly number[];
  /** Row-major. Half-precision tensors (F16) are read as floats. */
  data: Float32Array | Int32Array | Uint32Array | Int8Array;
  /** The values as the file has them, where that is in half precision; `data` is made of them when it is first read. */
  halves?: Uint16Array;
}

export interface NamedTensor extends StoredTensor {
  name: string;
  /** Whether floats are stored in half precision, rounded to nearest: half the size, 11 bits of precision. Default: false */
  half?: boolean;
}

export interface Safetensors {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
  /**
   * Gives back the memory of the file, once its values have been copied: a collection of garbage is far off where little
   * is allocated beside it. The tensors must not be read afterwards.
   */
  release(): void;
}

export interface WriteOptions {
  metadata?: Record<string, string>;
}

/** Writes tensors as one safetensors file, atomically. */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<NamedTensor>,
  options: WriteOptions = {},
): Promise<void> {
  await writeFileAtomically(path, encodeSafetensors(tensors, options));
}

/** The bytes of a safetensors file, in parts one after another. */
export function encodeSafetensors(tensors: Iterable<NamedTensor>, { metadata = {} }: WriteOptions = {}): Uint8Array[] {
  const encoded = Array.from(tensors, encode);
  // The smallest items last, so that everything is aligned to its own size.
  encoded.sort((a, b) => itemSize[b.dtype] - itemSize[a.dtype]);

  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length) header.set(METADATA, metadata);
  let end = 0;
  for (const { name, dtype, shape, bytes } of encoded) {
    if (header.has(name) || name === METADATA) throw new RangeError(`tensor name ${name} is taken`);
    const begin = end;
    end += bytes.length;
    header.set(name, { dtype, shape, data_offsets: [begin, end] });
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padding = new Uint8Array(-json.length & 7).fill(SPACE);
  const length = new BigUint64Array([BigInt(json.length + padding.length)]);
  return [new Uint8Array(length.buffer), json, padding, ...encoded.map(({ bytes }) => bytes)];
}

/**
 * Reads a safetensors file whole.
 *
 * @param hash SHA-256 that the file must have; not checked where it is absent, nor in a page that came over plain HTTP
 * @throws InputError that names the file, and the tensor where one is at fault: missing, truncated, not safetensors,
 *   of a type that is not read here, out of bounds, overlapping, twice there, of another hash
 */
export async function readSafetensors(path: string, hash?: string): Promise<Safetensors> {
  let file: Uint8Array<ArrayBuffer>;
  try {
    file = await readBytes(path);
  } catch (error) {
    throw new InputError(`cannot read the tensors in ${path}`, { found: reasonOf(error), cause: error });
  }
  const { entries, metadata, start } = readHeader(file, path);
  checkLayout(entries, file.length - start, path);
  if (hash !== undefined) await checkHash(file, hash, path);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, data_offsets }] of entries) {
    const [begin, end] = data_offsets;
    tensors.set(name, decode(dtype, shape, file.subarray(start + begin, start + end)));
  }
  return { tensors, metadata, release: () => releaseBuffer(file.buffer) };
}

/** Under Node 20, which can't give it back itself, a copy without a use takes it along; it is gone with the next scavenge. */
function releaseBuffer(buffer: ArrayBuffer & { transfer?(length: number): ArrayBuffer }): void {
  if (buffer.transfer) buffer.transfer(0);
  else structuredClone(buffer, { transfer: [buffer] });
}

async function checkHash(file: Uint8Array<ArrayBuffer>, expected: string, path: string): Promise<void> {
  const found = await sha256(file);
  if (found === undefined || found === expected) return;
  throw new InputError(`${path} is not the file that its config names`, {
    found: `the SHA-256 ${found}`,
    expected,
    advice: 'Copy all files of the folder again from the same place.',
  });
}

const METADATA = '__metadata__';
const SPACE = ' '.charCodeAt(0);
const BRACE = '{'.charCodeAt(0);

const itemSize = { F32: 4, I32: 4, U32: 4, F16: 2, I8: 1 };
type Dtype = keyof typeof itemSize;

function encode({ name, shape, data, half = false }: NamedTensor) {
  if (sizeOf(shape) !== data.length) {
    throw new RangeError(`tensor ${name}: shape [${shape}] holds ${sizeOf(shape)} values, data ${data.length}`);
  }
  const dtype = dtypeOf(data, half);
  const stored = dtype === 'F16' ? toHalf(data as Float32Array) : data;
  return { name, dtype, shape, bytes: new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength) };
}

function dtypeOf(data: StoredTensor['data'], half: boolean): Dtype {
  if (data instanceof Float32Array) return half ? 'F16' : 'F32';
  if (data instanceof Int8Array) return 'I8';
  return data instanceof Int32Array ? 'I32' : 'U32';
}

function decode(dtype: Dtype, shape: readonly number[], bytes: Uint8Array<ArrayBuffer>): StoredTensor {
  // A typed array must lie at a multiple of its item size; other writers need not keep to that.
  const aligned = bytes.byteOffset % itemSize[dtype] === 0 ? bytes : new Uint8Array(bytes);
  const place = [aligned.buffer, aligned.byteOffset, aligned.length / itemSize[dtype]] as const;
  switch (dtype) {
    case 'F32':
      return { shape, data: new Float32Array(...place) };
    case 'I32':
      return { shape, data: new Int32Array(...place) };
    case 'U32':
      return { shape, data: new Uint32Array(...place) };
    case 'I8':
      return { shape, data: new Int8Array(...place) };
    case 'F16':
      return halfTensor(shape, new Uint16Array(...place));
  }
}

function halfTensor(shape: readonly number[], halves: Uint16Array): StoredTensor {
  let floats: Float32Array | undefined;
  return {
    shape,
    halves,
    get data() {
      floats ??= fromHalf(halves);
      return floats;
    },
  };
}

const entrySchema = v.object({
  dtype: v.picklist(Object.keys(itemSize) as Dtype[]),
  shape: v.array(integerFrom(0)),
  data_offsets: v.tuple([integerFrom(0), integerFrom(0)]),
});
const headerSchema = v.objectWithRest({ [METADATA]: v.optional(v.record(v.string(), v.string())) }, entrySchema);
type Entry = v.InferOutput<typeof entrySchema>;

function readHeader(file: Uint8Array<ArrayBuffer>, path: string) {
  const length = file.length >= 8 ? Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true)) : 0;
  refuseLfsPointer(file, path);
  if (file[8] !== BRACE) {
    throw new InputError(`${path} is not a safetensors file`, {
      found: file.length ? `${file.length} bytes with no header` : 'an empty file',
      expected: 'a JSON header after the first 8 bytes',
    });
  }
  if (8 + length > file.length) {
    throw new InputError(`${path} is truncated`, {
      found: `${file.length} bytes`,
      expected: `a header of ${length} bytes and the tensors`,
    });
  }
  const json = new TextDecoder().decode(file.subarray(8, 8 + length));
  const { [METADATA]: metadata = {}, ...entries } = parseJson(json, headerSchema, `the header of ${path}`);
  const twice = firstRepeated(topLevelKeys(json));
  if (twice !== undefined) throw new InputError(`${path}: the header names the tensor ${twice} twice`);
  return { metadata, entries: Object.entries(entries) as [string, Entry][], start: 8 + length };
}

/** Checks that the tensors fill the data exactly, each with the bytes that its shape needs. */
function checkLayout(entries: readonly [string, Entry][], available: number, path: string): void {
  let position = 0;
  for (const [name, { dtype, shape, data_offsets }] of entries.toSorted(byOffset)) {
    const [begin, end] = data_offsets;
    const where = `${path}: tensor ${name}`;
    const found = `bytes ${begin} to ${end}`;
    if (end - begin !== sizeOf(shape) * itemSize[dtype]) {
      const expected = `${sizeOf(shape) * itemSize[dtype]} bytes for ${dtype} [${shape}]`;
      throw new InputError(`${where} has the wrong size`, { found, expected });
    }
    if (end > available) {
      throw new InputError(`${where} is cut off`, {
        found: `${available} bytes of tensors`,
        expected: `${end} at least`,
      });
    }
    if (begin !== position) {
      const what = begin < position ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw new InputError(`${where} ${what}`, { found, expected: `a start at byte ${position}` });
    }
    position = end;
  }
  if (position !== available) {
    throw new InputError(`${path} goes on after its last tensor`, {
      found: `${available} bytes of tensors`,
      expected: `${position}`,
    });
  }
}

function byOffset([, a]: [string, Entry], [, b]: [string, Entry]): number {
  return a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1];
}

/** The keys of a JSON object in the order written, repeated ones included, which JSON.parse would drop. */
function topLevelKeys(json: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1) keys.push(JSON.parse(token));
  }
  return keys;
}

function firstRepeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
