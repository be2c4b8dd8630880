/**
 * Reads pictures and labels in the IDX format of MNIST (LeCun, Cortes and Burges, yann.lecun.com/exdb/mnist): two zero bytes,
 * the type, the number of dimensions, their sizes as 32-bit big-endian integers, the values. Files may be gzipped.
 */
import { basename, dirname, join } from 'node:path';
import { readUnpacked } from '../../base/byte-source.ts';
import { InputError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import { listFolder } from '../../datasets/files.ts';
import type { PictureReading } from '../config.ts';
import type { Examples } from './example.ts';

const IMAGES = /-?images[.-]idx3-ubyte(\.gz)?$/;
const UNSIGNED_BYTE = 0x08;

/** Whether a file is one of pictures in this format, by its name. */
export function isIdx(path: string): boolean {
  return IMAGES.test(path);
}

/** The file of pictures in a folder for training or for tests, as MNIST names them; undefined where there is none. */
export async function findIdx(folder: string, use: 'train' | 'test'): Promise<string | undefined> {
  const start = use === 'train' ? /^train/ : /^(t10k|test)/;
  const found = (await listFolder(folder)).filter(isIdx);
  const name = found.find((file) => start.test(file)) ?? (found.length === 1 ? found[0] : undefined);
  return name && join(folder, name);
}

/**
 * Reads the pictures of a file, with the labels of the file beside it.
 *
 * @throws InputError when a file is missing, cut short or of another format, or there are not as many labels as pictures
 */
export async function readIdx(path: string, reading: PictureReading): Promise<Examples> {
  const labelFile = join(dirname(path), basename(path).replace('images', 'labels').replace('idx3', 'idx1'));
  const images = await readValues(path, 3);
  const labels = await readValues(labelFile, 1);
  const [count, rows, cols] = images.sizes as [number, number, number];
  if (labels.sizes[0] !== count) {
    throw new InputError(`${labelFile} does not belong to ${basename(path)}`, {
      found: `${labels.sizes[0]} labels`,
      expected: `${count}, one for each picture`,
    });
  }
  const pixels = rows * cols;
  const order =
    reading === 'permuted' ? new Random(1).shuffle(Uint16Array.from({ length: pixels }, (_, i) => i)) : undefined;
  const examples = Array.from({ length: count }, (_, i) => {
    const picture = images.values.subarray(i * pixels, (i + 1) * pixels);
    const inputs = order ? Uint8Array.from(order, (at) => picture[at]!) : picture;
    return { inputs, labels: [String(labels.values[i])] };
  });
  const D = { rows: cols, pixels: 1, permuted: 1, whole: pixels, glimpses: pixels }[reading];
  return { D, ...(D === pixels && { picture: { rows, columns: cols } }), examples };
}

/** The bytes of a file of so many dimensions, with the size of each. */
async function readValues(path: string, dimensions: number): Promise<{ sizes: number[]; values: Uint8Array }> {
  const bytes = await unzipped(path);
  const header = 4 + 4 * dimensions;
  const isIdx = bytes.length >= header && bytes.readUInt16BE(0) === 0;
  if (!isIdx || bytes[2] !== UNSIGNED_BYTE || bytes[3] !== dimensions) {
    throw new InputError(`${path} is no IDX file of bytes in ${dimensions} dimensions`, {
      found: `${bytes.length} bytes that begin with ${bytes.subarray(0, 4).toString('hex')}`,
      expected: `00000${UNSIGNED_BYTE}0${dimensions}`.padStart(8, '0'),
    });
  }
  const sizes = Array.from({ length: dimensions }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  const expected = header + sizes.reduce((product, size) => product * size, 1);
  if (bytes.length !== expected) {
    throw new InputError(`${path} is ${bytes.length < expected ? 'cut short' : 'longer than it says'}`, {
      found: `${bytes.length.toLocaleString('en')} bytes`,
      expected: `${expected.toLocaleString('en')} for ${sizes.join(' × ')} values`,
    });
  }
  return { sizes, values: bytes.subarray(header) };
}

async function unzipped(path: string): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of readUnpacked(path)) blocks.push(block);
  return Buffer.concat(blocks);
}
