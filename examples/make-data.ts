/**
 * Small data for docs/lecture.md, of which one knows the rules: scenes by where they are, opinions with and without a not,
 * numbers in English and French, digits as MNIST's. Always the same.
 *
 *     npx tsx examples/make-data.ts [FOLDER]
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from 'caption-lm';

const [folder = 'runs/lecture'] = process.argv.slice(2);
const random = new Random(1);
const pick = <Item>(items: readonly Item[]): Item => items[random.integer(items.length)]!;

/** A folder of pictures for each place where the scenes of data/coco-subset are: meadow, snow, street, sea, night. */
async function copyScenes(most: number): Promise<void> {
  const dataset = fileURLToPath(new URL('../data/coco-subset', import.meta.url));
  const { images } = JSON.parse(await readFile(join(dataset, 'annotations/captions_train2017.json'), 'utf8'));
  const counts = new Map<string, number>();
  for (const { file_name, scene } of images) {
    const count = (counts.get(scene.setting) ?? 0) + 1;
    if (count > most) continue;
    counts.set(scene.setting, count);
    const into = join(folder, 'scenes', scene.setting);
    await mkdir(into, { recursive: true });
    await copyFile(join(dataset, 'train2017', file_name), join(into, file_name));
  }
}

/** Sentences of which no word alone says whether they praise: half of them have a not. */
function opinions(count: number): string {
  const things = ['the film', 'the plot', 'the music', 'the ending', 'every scene', 'the camera', 'the actress'];
  const praise = ['good', 'moving', 'clever', 'funny', 'fresh', 'honest'];
  const blame = ['dull', 'silly', 'loud', 'empty', 'slow', 'false'];
  const lines = Array.from({ length: count }, () => {
    const [isPraise, isDenied] = [random.integer(2), random.integer(2)];
    const word = pick(isPraise ? praise : blame);
    const said = `${pick(things)} ${pick(['is', 'was', 'seemed'])} ${isDenied ? 'not ' : ''}${pick(['', 'very ', 'so ', 'really '])}${word}`;
    return `${said}${pick(['', ' to me', ' , they say', ' from the first minute'])}\t${isPraise !== isDenied ? 'pos' : 'neg'}`;
  });
  return `${lines.join('\n')}\n`;
}

/** The numbers from 0 to 999 in words, in two languages that do not count alike: 97 is four twenties and seventeen. */
function numbers(): string {
  const english =
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
      ' ',
    );
  const englishTens = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
  const french =
    'zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf'.split(
      ' ',
    );
  const frenchTens = '- - vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt'.split(' ');
  const inEnglish = (n: number): string => {
    if (n < 20) return english[n]!;
    if (n < 100) return `${englishTens[Math.floor(n / 10)]}${n % 10 ? ` ${english[n % 10]}` : ''}`;
    return `${english[Math.floor(n / 100)]} hundred${n % 100 ? ` and ${inEnglish(n % 100)}` : ''}`;
  };
  const inFrench = (n: number): string => {
    if (n < 20) return french[n]!;
    if (n >= 100)
      return `${n < 200 ? '' : `${french[Math.floor(n / 100)]} `}cent${n % 100 ? ` ${inFrench(n % 100)}` : ''}`;
    const ten = Math.floor(n / 10);
    const rest = n - 10 * (ten === 7 || ten === 9 ? ten - 1 : ten);
    const joint = rest % 10 === 1 && ten < 8 ? ' et ' : ' ';
    return `${frenchTens[ten]}${rest ? `${joint}${french[rest]}` : ''}`;
  };
  const order = random.shuffle(Array.from({ length: 1000 }, (_, n) => n));
  return `${order.map((n) => `${inEnglish(n)}\t${inFrench(n)}`).join('\n')}\n`;
}

/** Digits as strokes of a pen, by points of a grid of 3 × 5: column, row. */
const STROKES = [
  ...['00 20 24 04 00', '01 10 14', '00 20 22 02 04 24', '00 20 22 12 22 24 04', '00 02 22 20 24'],
  ...['20 00 02 22 24 04', '20 00 04 24 22 02', '00 20 14', '02 00 20 22 02 04 24 22', '22 02 00 20 24 04'],
].map((points) => points.split(' ').map(([x, y]) => [Number(x) - 1, Number(y) - 2] as const));
const SIDE = 28;

/** Digits somewhere in a picture of 28 × 28 pixels, larger or smaller, upright or slanted: as MNIST's, white on black. */
function digit(label: number): Uint8Array {
  const [size, slant] = [2.4 + 1.2 * random.uniform(), 0.8 * random.uniform() - 0.2];
  const [x0, y0] = [SIDE / 2 + 3 * random.normal(), SIDE / 2 + 2 * random.normal()];
  const points = STROKES[label]!.map(([x, y]) => [x0 + size * (1.6 * x - slant * y), y0 + size * y] as const);
  return Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    const distances = points.slice(1).map((to, n) => distance([x, y], points[n]!, to));
    return 255 * Math.max(0, Math.min(1, 1.9 - Math.min(...distances)));
  });
}

/** How far a point is from the line between two others. */
function distance([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

type Point = readonly [x: number, y: number];

/** Two files as MNIST's: pictures, and their labels. */
async function writeDigits(use: 'train' | 't10k', count: number): Promise<void> {
  const labels = Uint8Array.from({ length: count }, () => random.integer(10));
  const pictures = Array.from(labels, digit);
  const header = (...values: number[]) =>
    Buffer.concat(values.map((value) => Buffer.from(Uint32Array.of(value).buffer).swap32()));
  const path = (name: string) => join(folder, 'digits', `${use}-${name}-ubyte`);
  await writeFile(path('images-idx3'), Buffer.concat([header(0x803, count, SIDE, SIDE), ...pictures]));
  await writeFile(path('labels-idx1'), Buffer.concat([header(0x801, count), labels]));
}

await mkdir(join(folder, 'digits'), { recursive: true });
await copyScenes(30);
await writeFile(join(folder, 'opinions.tsv'), opinions(2000));
await writeFile(join(folder, 'numbers.tsv'), numbers());
await writeDigits('train', 6000);
await writeDigits('t10k', 1000);
console.log(`scenes/, opinions.tsv, numbers.tsv and digits/ are in ${folder}`);
