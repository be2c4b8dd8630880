import { mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Describe, describeInto } from '../../../src/captioning/bulk/describe-into.ts';
import { jsonLines } from '../../../src/captioning/bulk/record.ts';
import { RecordFile } from '../../../src/captioning/bulk/record-file.ts';
import { readCaptionDataset } from '../../../src/datasets/read.ts';
import { contentHash } from '../../../src/vision/feature-cache.ts';
import { temporaryFolder } from '../../training/small-training.ts';
import { BY, describeBytes, work } from './bulk.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const [pictures, outs] = [join(root, 'pictures'), join(root, 'outs')];

/** Writes pictures that say these texts. @returns their paths, sorted, and one that is not there */
async function write(texts: Readonly<Record<string, string>>): Promise<string[]> {
  for (const [name, text] of Object.entries(texts)) await writeFile(join(pictures, name), text);
  return Object.keys(texts).map((name) => join(pictures, name));
}

const TEXTS = {
  'a.jpg': 'a dog',
  'b.jpg': 'torn 1',
  'c, "so to speak".jpg': 'ein Hündchen, "Rex"',
  'copy of a.jpg': 'a dog',
  'd\n.jpg': 'a cat',
  'e.jpg': 'two\nlines',
  'f.jpg': 'torn 1',
  'g.jpg': 'a bird',
};

beforeEach(async () => {
  await rm(root, { recursive: true });
  await mkdir(pictures, { recursive: true });
  await mkdir(outs);
});

describe.each(['.jsonl', '.csv'])('a file of captions, %s', (ending) => {
  const out = (name: string) => join(outs, `${name}${ending}`);
  const textOf = (name: string) => readFile(out(name), 'utf8');

  it('is the same wherever it was cut off, and no picture whose record is whole is described again', async () => {
    const sources = [...(await write(TEXTS)), join(pictures, 'none.jpg')];
    const layout = { top: 2, language: 'en' };
    const counts = await work(out('whole'), { sources, layout });
    expect(counts).toMatchObject({ described: 5, copied: 1, failed: 3, known: 0, failedBefore: 0 });
    const whole = await readFile(out('whole'));
    const ends = [...whole.entries()].flatMap(([i, byte]) => (byte === 0x0a ? [i + 1] : []));
    const lengths = [0, 5, ...ends.flatMap((end) => [end - 9, end - 1, end + 12])];
    for (const length of lengths.filter((length) => length <= whole.length)) {
      await writeFile(out('cut'), whole.subarray(0, length));
      const seen: string[] = [];
      const { known, failedBefore, copied, described, failed } = await work(out('cut'), { sources, layout, seen });
      expect((await readFile(out('cut'))).equals(whole), `cut after ${length} bytes`).toBe(true);
      expect(known + failedBefore + copied + described + failed).toBe(sources.length);
      const there = (known > 0 ? 1 : 0) + (failedBefore > 0 ? 1 : 0);
      if (there > 0) expect(seen).not.toContain(sources[0]);
      expect(seen.length).toBe(described + failed - (failedBefore < 3 ? 1 : 0)); // none.jpg can't be read at all
    }
  });

  it('knows pictures that were moved, copied or touched, and describes those that have changed', async () => {
    const sources = await write({ 'a.jpg': 'a dog', 'b.jpg': 'a cat', 'c.jpg': 'a bird' });
    await work(out('x'), { sources });
    const moved = join(pictures, 'moved.jpg');
    await rename(sources[0]!, moved);
    await utimes(sources[1]!, 1, 1);
    await writeFile(sources[2]!, 'two birds');
    const seen: string[] = [];
    expect(await work(out('x'), { sources: [sources[1]!, sources[2]!, moved, moved], seen })).toMatchObject({
      known: 2,
      copied: 1,
      described: 1,
    });
    expect(seen).toEqual([sources[2]]);
    const lines = (await textOf('x')).trimEnd().split('\n');
    expect(lines.at(-2)).toContain('two birds');
    expect(
      lines
        .at(-1)!
        .replace(moved, sources[0]!)
        .replace(/"?modified"?.*/, ''),
    ).toBe(lines.find((line) => line.includes('a dog'))!.replace(/"?modified"?.*/, ''));
  });

  it('tries failed pictures again when it is asked to, or when they have changed', async () => {
    const sources = await write({ 'a.jpg': 'torn', 'b.jpg': 'torn', 'c.jpg': 'a bird', 'd.jpg': 'torn' });
    await work(out('x'), { sources });
    await writeFile(sources[0]!, 'a dog');
    const failures: string[] = [];
    const again = await work(out('x'), { sources: sources.slice(0, 3), failures, retry: true });
    expect(again).toMatchObject({ known: 1, described: 1, failed: 1 });
    expect(failures).toEqual([`${sources[1]} is no picture`]);
    const names = (await textOf('x')).match(/\w\.jpg(?=["',])/g)!.filter((name, i, all) => all[i - 1] !== name);
    expect(names).toEqual(['c.jpg', 'd.jpg', 'a.jpg', 'b.jpg']);
    expect(await readdir(outs)).toEqual([`x${ending}`]);
  });

  it('is a dataset, in which what has failed is passed over', async () => {
    const { 'd\n.jpg': _, ...texts } = TEXTS; // a picture of such a name is found by no dataset
    const sources = await write(texts);
    await work(out('x'), { sources, layout: { top: 2, language: 'de' } });
    const { splits } = await readCaptionDataset(out('x'), { valShare: 0 });
    expect(splits.get('train')!.map(({ file, captions }) => [file, captions.length])).toEqual(
      [0, 2, 3, 4, 6].map((i) => [sources[i], 2]),
    );
  });

  it('refuses a file that is none, and one of another model or other options, and leaves them as they are', async () => {
    const sources = await write({ 'a.jpg': 'a dog' });
    await work(out('mine'), { sources });
    const mine = await textOf('mine');
    for (const text of ['hello', 'hello\n', '\n', '{"file":"a.jpg","caption":"x"}\n', 'file,caption\n', `${mine}x\n`]) {
      await writeFile(out('x'), text);
      await expect(work(out('x'), { sources })).rejects.toThrow(/x\.\w+ is no file of captions that can be added to/);
      expect(await textOf('x')).toBe(text);
    }
    for (const [by, message] of [
      ['0123456789abcdef-76543210', /mine\.\w+ was begun with other options: found 01234567, expected 76543210/],
      ['fedcba9876543210-01234567', /mine\.\w+ was begun by another model: found 0123456789abcdef/],
    ] as const) {
      await expect(work(out('mine'), { sources, by })).rejects.toThrow(message);
    }
    expect(await textOf('mine')).toBe(mine);
  });
});

describe('describeInto', () => {
  it('leaves a caption out that is less sure than it should be, and has figures to four decimals', async () => {
    const sources = await write({ 'a.jpg': 'a dog' });
    const line = async (minConfidence: number, words: boolean) => {
      const path = join(outs, `${minConfidence}-${words}.jsonl`);
      await work(path, { sources, layout: { minConfidence, words } });
      return JSON.parse(await readFile(path, 'utf8'));
    };
    const identity = { file: sources[0], hash: expect.stringMatching(/^[0-9a-f]{32}$/), bytes: 5, by: BY };
    expect(await line(0.7, false)).toEqual({
      ...identity,
      caption: null,
      logProb: null,
      confidence: 0.6667,
      modified: expect.any(Number),
    });
    expect(await line(0.5, true)).toMatchObject({
      ...identity,
      caption: 'a dog',
      logProb: -0.3333,
      candidates: [{ words: [{ word: 'a', logProb: -0.3333, confidence: 0.3333 }, { logProb: -0.25 }] }],
    });
  });

  it('knows standard input by its bytes', async () => {
    const path = join(outs, 'x.jsonl');
    const input = (text: string) => [{ name: '-', bytes: Buffer.from(text) }];
    expect(await work(path, { sources: input('a dog') })).toMatchObject({ described: 1 });
    expect(await work(path, { sources: input('a dog') })).toMatchObject({ known: 1, described: 0 });
    expect(await work(path, { sources: input('a cat') })).toMatchObject({ described: 1 });
  });

  it('writes what needs no captioner as it comes, however much it is', async () => {
    const path = join(outs, 'x.jsonl');
    const sources = Array.from({ length: 600 }, (_, i) => ({ name: `${i}`, bytes: Buffer.from('the same') }));
    const steps: number[] = [];
    const format = jsonLines({ top: 1, minConfidence: 0, words: false }, BY);
    const file = await RecordFile.open(path, { format, by: BY });
    await describeInto(file, sources.slice(0, 1), { describe: describeBytes() });
    await describeInto(file, sources, { describe: describeBytes(), onProgress: ({ copied }) => steps.push(copied) });
    await file.close();
    expect(steps).toEqual([0, 256, 512, 599]);
  });

  it('goes on behind a picture that ends programs, or whose describing throws', async () => {
    const texts = { 'a.jpg': 'a dog', 'b.jpg': 'a bomb', 'c.jpg': 'a cat', 'd.jpg': 'a cow' };
    const sources = await write(texts);
    const [path, note] = [join(outs, 'x.jsonl'), join(outs, 'x.jsonl.begun')];
    const format = jsonLines({ top: 1, minConfidence: 0, words: false }, BY);
    const run = async (seen: string[], throws: boolean) => {
      const describe: Describe = async function* (pictures) {
        for await (const batch of describeBytes(seen)(pictures)) {
          if (throws && seen.at(-1) !== sources[0] && seen.includes(sources[1]!)) throw new RangeError('too much');
          yield batch;
        }
      };
      const file = await RecordFile.open(path, { format, by: BY });
      return describeInto(file, sources, { describe }).finally(() => file.close());
    };
    const reasons = async () =>
      (await readFile(path, 'utf8'))
        .split('\n')
        .flatMap((line) => /"file":"[^"]*(.\.jpg)".*?"error":"([^"]*)"/.exec(line)?.slice(1) ?? []);

    await expect(run([], true)).rejects.toThrow('too much'); // a defect, or the end of the program: the note stays
    expect(JSON.parse(await readFile(note, 'utf8'))).toEqual({});
    const hash = contentHash(Buffer.from('a bomb'));
    for (const [tries, seenAgain] of [
      [1, true],
      [2, false],
    ] as const) {
      await rm(path);
      await writeFile(note, JSON.stringify({ file: sources[1], hash, tries }));
      const seen: string[] = [];
      expect(await run(seen, false)).toMatchObject(
        seenAgain ? { described: 4, failed: 0 } : { described: 3, failed: 1 },
      );
      expect(seen.includes(sources[1]!)).toBe(seenAgain);
      expect(await readdir(outs)).toEqual(['x.jsonl']);
    }
    expect(await reasons()).toEqual(['b.jpg', `${sources[1]} has ended the program that described it, 2 times`]);
    await rm(path);
    await writeFile(note, '{"file":"tor');
    expect(await run([], true)).toMatchObject({ described: 1, failed: 3 });
    expect((await reasons()).slice(0, 2)).toEqual(['b.jpg', `${sources[1]} could not be described: found too much`]);
  });

  it('stops at once by a signal, and goes on', async () => {
    const sources = await write(TEXTS);
    const [path, whole] = [join(outs, 'x.jsonl'), join(outs, 'whole.jsonl')];
    const format = jsonLines({ top: 1, minConfidence: 0, words: false }, BY);
    const controller = new AbortController();
    const file = await RecordFile.open(path, { format, by: BY });
    const onProgress = () => controller.abort(new Error('stopped'));
    const stopped = describeInto(file, sources, { describe: describeBytes(), signal: controller.signal, onProgress });
    await expect(stopped).rejects.toThrow('stopped');
    await file.close();
    await work(whole, { sources });
    expect(await work(path, { sources })).toMatchObject({ repaired: false });
    expect(await readFile(path, 'utf8')).toBe(await readFile(whole, 'utf8'));
  });
});

describe('RecordFile', () => {
  const format = jsonLines({ top: 1, minConfidence: 0, words: false }, BY);

  it('is open in one process at a time, by whatever path, also after it was written anew', async () => {
    const sources = await write({ 'a.jpg': 'torn' });
    const [path, link] = [join(outs, 'x.jsonl'), join(outs, 'link.jsonl')];
    await work(path, { sources });
    await symlink(path, link);
    const file = await RecordFile.open(link, { format, by: BY, retry: new Set(sources) });
    await expect(RecordFile.open(path, { format, by: BY })).rejects.toThrow(
      /^another process is writing .*x\.jsonl\. Wait for it, or stop it/,
    );
    await file.close();
    await (await RecordFile.open(path, { format, by: BY })).close();
  });

  it('has one line for a folder in its place', async () => {
    await expect(RecordFile.open(pictures, { format, by: BY })).rejects.toThrow(
      /^cannot open .*pictures: found a folder, not a file/,
    );
  });
});
