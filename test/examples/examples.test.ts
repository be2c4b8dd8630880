import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { readSequences } from '../../src/sequences/data/read.ts';
import { readPairs } from '../../src/translation/pairs.ts';
import { writeSquares } from '../cli/squares.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Features that other tests have computed are not computed again. */
const cached = { ...process.env, CAPTION_LM_CACHE: inject('features') };

/**
 * What an example prints, run as its header says; fails unless it ends with 0. The package that it imports is `src`: tsx
 * goes by the paths in tsconfig.json.
 */
async function run([example, ...args]: [string, ...string[]], env = process.env): Promise<string> {
  const command = ['--import', import.meta.resolve('tsx'), join('examples', `${example}.ts`), ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    cwd: repository,
    env,
  });
  return stdout;
}

describe('examples/hello', () => {
  it('prints input, hidden state, logits and target of four steps, each with the right logit the highest', async () => {
    const steps = (await run(['hello'])).split('\n').filter((line) => /^[1-4] /.test(line));
    const rows = steps.map((line) => {
      const [, input = '', target = ''] = /^\d +(\w) \[.*\d {3}(\w) likeliest$/.exec(line) ?? expect.fail(line);
      const figures = line.match(/-?\d+\.\d\d/g)?.map(Number) ?? [];
      return { input, target, hidden: figures.slice(0, 3), logits: figures.slice(3) };
    });
    expect(rows.map(({ input }) => input).join('')).toBe('hell');
    expect(rows.map(({ target }) => target).join('')).toBe('ello');
    for (const { target, logits } of rows) expect('helo'[logits.indexOf(Math.max(...logits))]).toBe(target);
    expect(rows[2]?.hidden).not.toEqual(rows[3]?.hidden);
  });
});

describe('examples/gradient-check', () => {
  it('finds the gradients of each cell right, parameter by parameter', async () => {
    const cells = (await run(['gradient-check'])).split(/^(?=RNN|LSTM|GRU)/m);
    expect(cells.map((output) => /^\w+/.exec(output)?.[0])).toEqual(['RNN', 'LSTM', 'GRU']);
    for (const output of cells) {
      const differences = output
        .match(/^(layers|output)\S+ .* \d\.\de-\d+$/gm)
        ?.map((line) => Number(line.split(' ').at(-1)));
      expect(differences?.length).toBeGreaterThanOrEqual(8);
      expect(Math.max(...(differences ?? [1]))).toBeLessThan(1e-3);
      expect(output).toContain('backpropagation is right');
    }
  });
});

describe('examples/gradient-flow', () => {
  it('shows gradients that explode, vanish and pass, and writes them as a picture', async () => {
    const picture = join(root, 'flow.svg');
    const output = await run(['gradient-flow', picture]);
    const factors = output
      .match(/^.* × (\S+) at each step$/gm)
      ?.map((line) => Number(/× (\S+) at each/.exec(line)?.[1]));
    const [large = 0, clipped = 0, small = 0, lstm = 0] = factors ?? [];
    expect(large).toBeGreaterThan(1.2);
    expect(clipped).toBe(large); // clipping changes no direction
    expect(small).toBeLessThan(0.8);
    expect(Math.abs(lstm - 1)).toBeLessThan(0.1);
    expect(output).toMatch(/^ +1e-?\d+ \|.*[EcvL]/m);
    const svg = await readFile(picture, 'utf8');
    expect(svg.match(/<polyline [^>]*points="(?:[\d.]+,[\d.]+ ){99}[\d.]+,[\d.]+"\/>/g)).toHaveLength(4);
  });
});

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

describe('examples/describe', () => {
  it('writes captions with log-probabilities, and the best one word by word', async () => {
    const output = await run(['describe'], cached);
    expect(output).toContain('docs/nagasaki-boats.jpg');
    const [, logProb, caption] = /^ *(-\d+\.\d\d) {2}(.*(?:boat|water).*)$/m.exec(output) ?? expect.fail(output);
    const words = /^word by word: (.*)$/m
      .exec(output)![1]!
      .split(', ')
      .map((word) => word.split(' '));
    expect(words.map(([word]) => word).join(' ')).toBe(caption);
    // The end has a probability as well.
    const product = words.reduce((sum, [, probability]) => sum + Math.log(Number(probability)), 0);
    expect(product).toBeGreaterThan(Number(logProb) - 0.5);
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
