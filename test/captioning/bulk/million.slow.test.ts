import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

/** In a process of its own: opens a file of a million pictures, looks for them and for one more, tells what that took. */
const PROGRAM = `
  const [path, folder] = process.argv.slice(1);
  const { open } = await import('node:fs/promises');
  const { contentHash } = await import(folder + '../../vision/feature-cache.js');
  const { describeInto } = await import(folder + 'describe-into.js');
  const { jsonLines } = await import(folder + 'record.js');
  const { RecordFile } = await import(folder + 'record-file.js');
  const by = '0123456789abcdef-01234567';
  const format = jsonLines({ top: 1, minConfidence: 0, words: false }, by);
  const caption = 'a black and white dog is playing with a ball in the grass';
  const captions = [{ caption, logProb: -7.123456, confidence: 0.654321, words: [] }];
  const names = Array.from({ length: 1e6 }, (_, i) => '/photos/of/some/year/and/month/' + i + '.jpg');
  const lines = await open(path, 'w');
  for (let i = 0; i < names.length; i += 1000) {
    const line = (file) => format.format({ file, hash: contentHash(Buffer.from(file)), bytes: 1e6, modified: 1e12, captions });
    await lines.appendFile(names.slice(i, i + 1000).map(line).join(''));
  }
  await lines.close();
  names.push('new.jpg');
  const sources = { *[Symbol.iterator]() { for (const name of names) yield { name, bytes: Buffer.from(name) }; } };
  const describe = async function* (pictures) { for await (const source of pictures) yield [{ source, captions }]; };
  const file = await RecordFile.open(path, { format, by });
  const counts = await describeInto(file, sources, { describe });
  await file.close();
  console.log(JSON.stringify({ ...counts, megabytes: Math.round(process.resourceUsage().maxRSS / 1024) }));`;

it('keeps a million pictures in less than 500 MB, and knows all of them', () => {
  const folder = new URL('../../../dist/captioning/bulk/', import.meta.url);
  const args = ['--input-type=module', '-e', PROGRAM, join(root, 'captions.jsonl'), folder.href];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  const { megabytes, ...counts } = JSON.parse(stdout);
  expect(counts).toMatchObject({ known: 1e6, described: 1 });
  expect(megabytes).toBeLessThan(500);
}, 300_000);
