/**
 * What the campaign works on, made anew in a folder of its own: small texts, tables, pictures in eight formats, and models
 * that are trained in seconds. Knows no part of the campaign.
 */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { cacheFolder } from '../../src/base/files.ts';
import { Random } from '../../src/base/random.ts';
import { type Call, type Ending, type Program, run } from './command.ts';

/** The campaign's folder, and the surroundings in which its commands run. */
export interface Place {
  root: string;
  /** A cache and a folder for temporary files of its own, and a mark by which its processes are known. */
  env: { CAPTION_LM_CACHE: string; TMPDIR: string; CAMPAIGN: string };
  path(...parts: string[]): string;
}

/** Makes the campaign's folder. The native libraries that are set up are used there too. */
export async function makePlace(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'campaign-'));
  const path = (...parts: string[]) => join(root, ...parts);
  const env = { CAPTION_LM_CACHE: path('cache'), TMPDIR: path('tmp'), CAMPAIGN: root };
  for (const folder of Object.values(env)) await mkdir(folder, { recursive: true });
  await symlink(cacheFolder('native'), path('cache', 'native'));
  return { root, env, path };
}

/** A training that takes a second, by its name. */
export interface Training {
  name: string;
  program: Program;
  /** The command that begins it, and the one that goes on with it; `--out` is added to both. */
  args: readonly string[];
  resume: readonly string[];
}

const TINY = '--hidden 16 --epochs 2 --seed 3';

/** The four trainings; their data is made. */
export async function makeTrainings({ path }: Place): Promise<Training[]> {
  const [text, opinions, pairs, photos] = ['text.txt', 'opinions.tsv', 'pairs.tsv', 'photos'].map((name) => path(name));
  await writeFile(text!, textOf(300));
  await writeFile(opinions!, opinionsOf(200));
  await writeFile(pairs!, pairsOf(120));
  await writeCoco(photos!, 12);
  const training = (name: string, program: Program, data: string, how: string): Training => {
    return {
      name,
      program,
      args: ['train', data, ...`${how} ${TINY}`.split(' ')],
      resume: ['train', data, '--resume'],
    };
  };
  return [
    training('lm train', 'lm', text!, '--layers 1 --batch 4 --steps 20 --evaluate-every 20'),
    training('caption train', 'caption', photos!, '--embedding 16 --threshold 1 --batch 8'),
    training('seq train', 'seq', opinions!, '--embedding 16 --batch 10'),
    training(
      'seq train --task translate',
      'seq',
      pairs!,
      '--task translate --attention --embedding 16 --batch 10 --min-count 1',
    ),
  ];
}

/** Trains a model by each of the trainings. @returns their folders, in the same order */
export async function trainModels(trainings: readonly Training[], place: Place): Promise<string[]> {
  const folders: string[] = [];
  for (const [i, training] of trainings.entries()) {
    folders.push(place.path('models', String(i)));
    await train(training, folders[i]!, place);
  }
  return folders;
}

/** Runs a training to its end. @throws Error when it fails */
export async function train(
  { program, args }: Pick<Training, 'program' | 'args'>,
  out: string,
  { env }: Place,
  onStart?: Call['onStart'],
): Promise<Ending> {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const ending = await run({ program, args: [...args, '--out', out], env, ...(onStart && { onStart }) });
  if (ending.code !== 0) throw new Error(`${program} ${args.join(' ')}: ${ending.stderr}`);
  return ending;
}

/** So many lines of a text. */
export function textOf(lines: number): string {
  return Array.from({ length: lines }, (_, i) => `To be, or not to be: that is question ${i}.\n`).join('');
}

function opinionsOf(lines: number): string {
  const adjectives = { good: ['fine', 'warm', 'funny'], bad: ['dull', 'cold', 'slow'] };
  return Array.from({ length: lines }, (_, i) => {
    const label = i % 2 === 0 ? 'good' : 'bad';
    return `a ${adjectives[label][i % 3]} film of ${i % 7} acts\t${label}\n`;
  }).join('');
}

function pairsOf(lines: number): string {
  const [digits, words] = ['0123456', ['zéro', 'un', 'deux', 'trois', 'quatre', 'cinq', 'six']];
  return Array.from({ length: lines }, (_, i) => {
    const numbers = [i % 7, (i >> 1) % 7, (i >> 2) % 7];
    return `${numbers.map((n) => digits[n]).join(' ')}\t${numbers.map((n) => words[n]).join(' ')}\n`;
  }).join('');
}

/** Sentences with a tag for each word, as CoNLL-2003 has them. */
export function conllOf(sentences: number): string {
  const sentence = (i: number) => `Anna NNP B-NP B-PER\nsees VBZ B-VP O\nRome${i % 5} NNP B-NP B-LOC\n. . O O\n`;
  return `-DOCSTART- -X- O O\n\n${Array.from({ length: sentences }, (_, i) => sentence(i)).join('\n')}`;
}

/** Pictures of 6 × 6 as IDX files have them, bright on the left or on the right, and their labels. */
export function idxOf(count: number): { pictures: Buffer; labels: Buffer } {
  const header = (kind: number, ...sizes: number[]) => {
    const words = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
    [kind, ...sizes].forEach((word, i) => {
      words.setUint32(4 * i, word);
    });
    return Buffer.from(words.buffer);
  };
  const pixels = Buffer.from(
    Array.from({ length: count * 36 }, (_, i) => (i % 6 < 3 === (Math.floor(i / 36) % 2 === 0) ? 200 : 20)),
  );
  const labels = Buffer.from(Array.from({ length: count }, (_, i) => i % 2));
  return {
    pictures: Buffer.concat([header(0x803, count, 6, 6), pixels]),
    labels: Buffer.concat([header(0x801, count), labels]),
  };
}

const COLOURS = ['red', 'green', 'blue', 'yellow'];

/** A COCO dataset of pictures with a disc in one of four colours. */
async function writeCoco(folder: string, count: number): Promise<void> {
  await mkdir(join(folder, 'annotations'), { recursive: true });
  const images = Array.from({ length: count }, (_, i) => ({ id: i + 1, file_name: `p${i}.jpg` }));
  const annotations = images.map(({ id }, i) => {
    return { id: 100 + id, image_id: id, caption: `a ${COLOURS[i % 4]} disc on a grey ground` };
  });
  for (const [i, { file_name: name }] of images.entries()) {
    await sharp(Buffer.from(discOf(COLOURS[i % 4]!, 10 + i)))
      .jpeg()
      .toFile(join(folder, name));
  }
  await writeFile(join(folder, 'annotations', 'captions_train.json'), JSON.stringify({ images, annotations }));
}

/** The same dataset as a table beside its pictures. */
export function csvOf(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => `p${i}.jpg,"a ${COLOURS[i % 4]} disc, on a ""grey"" ground"\n`);
  return `file_name,text\n${rows.join('')}`;
}

function discOf(colour: string, radius: number): string {
  const attributes = 'xmlns="http://www.w3.org/2000/svg" width="96" height="64"';
  return `<svg ${attributes}><rect width="96" height="64" fill="#888"/><circle cx="48" cy="32" r="${radius}" fill="${colour}"/></svg>`;
}

/** A picture with a disc on noise, in eight formats by their endings. */
export async function picturesOf(): Promise<Map<string, Buffer>> {
  const random = new Random(7);
  const noise = Buffer.from(Array.from({ length: 96 * 64 * 3 }, () => random.integer(256)));
  const svg = discOf('red', 20);
  const picture = () =>
    sharp(noise, { raw: { width: 96, height: 64, channels: 3 } })
      .blur(2)
      .composite([{ input: Buffer.from(svg.replace(/<rect[^>]*>/, '')) }]);
  const exif = { IFD0: { Orientation: '6', ImageDescription: 'a disc' } };
  const frames = sharp([await picture().png().toBuffer(), await picture().negate().png().toBuffer()], {
    join: { animated: true },
  });
  return new Map<string, Buffer>([
    ['jpg', await picture().jpeg().toBuffer()],
    ['jpeg', await picture().withExif(exif).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer()],
    ['png', await picture().png().toBuffer()],
    ['webp', await picture().webp().toBuffer()],
    ['avif', await picture().avif({ effort: 0 }).toBuffer()],
    ['gif', await frames.gif().toBuffer()],
    ['tiff', await picture().tiff({ compression: 'lzw' }).toBuffer()],
    ['svg', Buffer.from(svg)],
  ]);
}

/** A text, gzipped. */
export function gzipOf(text: string): Buffer {
  return gzipSync(text);
}
