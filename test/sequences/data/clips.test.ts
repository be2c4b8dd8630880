import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ClipOptions, findClips, readClips } from '../../../src/sequences/data/clips.ts';
import { expectInputError } from '../../input-error.ts';
import { temporaryFolder } from '../../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const frames = (count: number) => Array.from({ length: count }, (_, t) => `frame-${t + 1}.png`);

/** Writes clips into a new folder of `root`: the names of their files, and the lines of labels.txt. */
async function writeFrames(clips: Record<string, { files: string[]; labels?: string }>): Promise<string> {
  const folder = join(root, String(Math.random()));
  for (const [name, { files, labels }] of Object.entries(clips)) {
    await mkdir(join(folder, name), { recursive: true });
    for (const file of files) await writeFile(join(folder, name, file), '');
    if (labels !== undefined) await writeFile(join(folder, name, 'labels.txt'), labels);
  }
  return folder;
}

/** Says of each frame its number and the length of its name; those called torn can't be read. */
const options: ClipOptions = {
  D: 2,
  async look(pictures) {
    const features = Float32Array.from(
      pictures.flatMap((file) => [Number(/\d+/.exec(basename(file))), basename(file).length]),
    );
    return { features, skipped: new Set(pictures.flatMap((file, i) => (file.includes('torn') ? [i] : []))) };
  },
};

const good = { files: frames(2), labels: 'up\ndown\n' };

describe('readClips', () => {
  it('reads frames by the numbers in their names, each with the label of its line', async () => {
    const labels = Array.from({ length: 11 }, (_, t) => `label ${t + 1}`);
    const folder = await writeFrames({
      'clip-10': { files: ['a01.JPG', 'a2.jpeg'], labels: 'up\r\n down \r\n\r\n' },
      'clip-9': { files: [...frames(11), 'notes.md', '.hidden.png'], labels: labels.join('\n') },
    });
    const { name, D, examples } = await readClips([folder], options);
    expect({ name, D }).toEqual({ name: basename(folder), D: 2 });
    const [first, second] = examples;
    expect(first).toEqual({
      inputs: Float32Array.from(labels.flatMap((_, t) => [t + 1, t < 9 ? 11 : 12])),
      labels,
      pictures: frames(11).map((file) => join(folder, 'clip-9', file)),
    });
    expect(second).toMatchObject({ inputs: Float32Array.of(1, 7, 2, 7), labels: ['up', 'down'] });
  });

  it('reads a clip itself, several paths, and clips whose labels nobody knows', async () => {
    const folder = await writeFrames({ a: { files: frames(3) }, b: good });
    const { examples, name } = await readClips([join(folder, 'b'), join(folder, 'a')], { ...options, labelled: false });
    expect(examples.map(({ inputs, labels }) => [inputs.length, labels])).toEqual([
      [4, []],
      [6, []],
    ]);
    expect(name).toBe('b and 1 more');
  });

  it.each([
    [{ files: [], labels: 'up\n' }, 'no pictures'],
    [{ files: frames(2) }, 'no labels.txt'],
    [{ files: frames(2), labels: 'up\n' }, '1 label for 2 frames'],
    [{ files: frames(2), labels: '' }, '0 labels for 2 frames'],
    [{ files: frames(2), labels: 'up\ndown\nup\n' }, '3 labels for 2 frames'],
    [{ files: frames(2), labels: 'up\n \ndown\n' }, 'no label in line 2 of labels.txt'],
    [
      { files: ['f-2.png', 'f-4.png', 'f-8.png'], labels: 'up\nup\nup\nup' },
      '4 labels for 3 frames, none between f-4.png and f-8.png,',
    ],
    [{ files: ['1.png', 'torn-2.png'], labels: 'up\ndown\n' }, "torn-2.png that can't be read"],
  ])('refuses a clip with %j, or leaves it out', async (odd, found) => {
    const folder = await writeFrames({ good, odd });
    const line = `has an odd clip: found ${found} in clip odd, expected pictures in the folder of each clip, and labels.txt`;
    await expectInputError(readClips([folder], options), new RegExp(line));
    const said: string[] = [];
    const onOdd = (message: string) => said.push(message);
    const { examples } = await readClips([folder], { ...options, skipOdd: true, onOdd });
    expect(examples).toHaveLength(1);
    expect(said).toEqual([`${folder}: left out 1 odd clip odd: ${found}`]);
  });

  it('names all that are odd, and looks at no frame before they are mended', async () => {
    const folder = await writeFrames({ a: { files: [] }, b: { files: [] }, good });
    const look = () => expect.fail('looked');
    await expectInputError(
      readClips([folder], { ...options, look }),
      /has 2 odd clips: found no pictures in clip a \(clips a, b\)/,
    );
    const nothing = await writeFrames({ a: { files: [] } });
    await expectInputError(
      readClips([nothing], { ...options, skipOdd: true }),
      /there is nothing to read in .*: found no pictures in clip a/,
    );
  });
});

describe('findClips', () => {
  it('finds none where a path is a file, a folder of other files, or not there', async () => {
    const folder = await writeFrames({ good, texts: { files: ['neg.txt', 'pos.txt'] } });
    expect(await findClips([folder])).toEqual([join(folder, 'good'), join(folder, 'texts')]);
    for (const name of ['texts', 'none', 'good/frame-1.png']) {
      expect(await findClips([join(folder, 'good'), join(folder, name)])).toEqual([]);
    }
  });
});
