import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../training/small-training.ts';
import { oneLine, refusedBy, runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const folder = join(root, 'pictures');
const NAMES = Array.from({ length: 19 }, (_, i) => `${['red', 'green', 'blue'][i % 3]}${i}`);
beforeAll(async () => {
  await writeSquares(folder, NAMES);
  await writeFile(join(folder, 'torn.png'), 'torn');
});

const FAST = ['--beam', '1', '--max-length', '3', '--tfjs', 'wasm', '--blas', 'wasm'];
const describeTo = (out: string, args: readonly string[] = [], options = {}) =>
  runProgram('caption', ['describe', folder, '--out', out, ...FAST, ...args], options);
const refused = refusedBy('caption');

describe('caption describe --out', { timeout: 120_000 }, () => {
  it('goes on after it was killed, to the same file', async () => {
    const [whole, killed] = [join(root, 'new', 'whole.jsonl'), join(root, 'killed.jsonl')];
    const all = await describeTo(whole);
    expect(all).toMatchObject({ code: 1, stdout: '' });
    expect(all.stderr).toMatch(/torn\.png is not a picture/);
    expect(all.stderr).toMatch(/\n.*whole\.jsonl: 19 described, 1 failed\n$/);
    const timers = new Set<NodeJS.Timeout>();
    const kill = (_: string, child: { kill(signal: NodeJS.Signals): boolean }) => {
      timers.add(
        setInterval(async () => {
          const found = await stat(killed).catch(() => undefined);
          if (found && found.size > 0) child.kill('SIGKILL');
        }, 2),
      );
    };
    const first = await describeTo(killed, [], { onStderr: kill });
    for (const timer of timers) clearInterval(timer);
    expect(first.code).toBe(null);
    const again = await describeTo(killed);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(/\d+ described, \d+ known before, 1 failed\n$/);
    expect(await readFile(killed, 'utf8')).toBe(await readFile(whole, 'utf8'));
    const done = await describeTo(killed);
    expect(done.stderr).toMatch(
      / 0 described, 19 known before, 1 failed before \(--retry-failed tries them again\)\n$/,
    );
    expect(done.code).toBe(1);
    const other = await describeTo(killed, ['--quiet', '--length-penalty', '1']);
    expect(other).toEqual(refused(1, /.*killed\.jsonl was begun with other options: found /));
  });

  it('leaves the file whole where the disk is full', async () => {
    const out = join(root, 'full.jsonl');
    const { code, stderr } = await describeTo(out, ['--quiet'], { before: 'ulimit -f 4' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        oneLine(
          'caption',
          /cannot write .*full\.jsonl: found a file that grows larger than it may be.* the same command goes on/,
        ),
      ),
    });
    expect(await readFile(out, 'utf8')).toMatch(/^(\{.*\}\n)*$/);
  });

  it('has one line for options that contradict each other', async () => {
    const out = join(root, 'x.csv');
    const lines = await Promise.all([
      describeTo(join(root, 'x.txt')),
      describeTo(out, ['--json']),
      runProgram('caption', ['describe', folder, '--out', out, '--temperature', '1']),
      runProgram('caption', ['describe', folder, '--retry-failed']),
    ]);
    const messages = [
      /--out names a file of no kind that is known: found .*x\.txt, expected a name that ends in \.jsonl or \.csv/,
      /--json does not apply to a \.csv file/,
      /--temperature does not apply to --out, whose captions are the same/,
      /--retry-failed is for a file of captions: expected --out FILE/,
    ];
    expect(lines).toEqual(messages.map((message) => refused(2, message)));
  });
});
