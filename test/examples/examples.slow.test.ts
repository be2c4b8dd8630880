/** The examples that learn something worth looking at: `npm run test:slow`. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSequences } from '../../src/sequences/data/read.ts';
import { readPairs } from '../../src/translation/pairs.ts';
import { writeSquares } from '../cli/squares.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { cached, run } from './run-example.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

describe('examples/arrangements', () => {
  it('learns one to one, many to one, in step twice, after reading, a picture row by row and one by glimpses', async () => {
    const lines = (await run(['arrangements'])).trim().split('\n');
    expect(lines).toHaveLength(7);
    const written = /loss before \d\.\d\d, after (\d\.\d\d)$/m.exec(lines.join('\n'))?.[1];
    expect(Number(written)).toBeLessThan(0.1);
    for (const line of lines.filter((line) => line.includes('right'))) {
      const [, before, after] = /before (\d\.\d\d), after (\d\.\d\d)$/.exec(line)?.map(Number) ?? [];
      expect(before, line).toBeLessThan(after!);
      expect(after, line).toBeGreaterThan(0.9);
    }
  });
});

describe('examples/train-captions', () => {
  it('learns from a dataset, and describes pictures that it did not learn from', async () => {
    const colours = ['red', 'blue'].flatMap((colour) => Array.from({ length: 7 }, (_, i) => `${colour}${i}`));
    await writeSquares(join(root, 'squares'), colours);
    const output = await run(['train-captions', join(root, 'squares'), join(root, 'captioner')], cached);
    expect(output).toMatch(/^epoch 15 {2}CIDEr \d/m);
    expect(output).toMatch(/^a (red|blue) square\n {4}a \1 square$/m);
  });
});

describe('examples/train-text', () => {
  it('learns from a text, and writes', async () => {
    await writeFile(join(root, 'text.txt'), 'ahoy\n'.repeat(5000));
    const output = await run(['train-text', join(root, 'text.txt'), join(root, 'model')]);
    expect(output).toMatch(/^epoch 8: 0\.\d+ nats a character$/m);
    expect(output.split('and in the end:')[1]).toContain('ahoy\nahoy\nahoy');
  });
});

describe('examples/make-data', () => {
  it('makes data that is read as what it is', async () => {
    await run(['make-data', root]);
    const opinions = await readSequences([join(root, 'opinions.tsv')], { task: 'classify' });
    const digits = await readSequences([join(root, 'digits')], { task: 'classify', reading: 'whole', use: 'test' });
    const numbers = await readPairs([join(root, 'numbers.tsv')], {});
    expect(opinions.examples).toHaveLength(2000);
    expect(digits).toMatchObject({ D: 28 * 28, examples: { length: 1000 } });
    expect(numbers.examples).toContainEqual({ source: 'ninety seven', target: 'quatre-vingt dix-sept' });
    expect(await readdir(join(root, 'scenes'))).toEqual(['meadow', 'night', 'sea', 'snow', 'street']);
  });
});
