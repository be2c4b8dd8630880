import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../training/small-training.ts';
import { cached, run } from './run-example.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

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
    expect(await readFile('docs/lecture.md', 'utf8')).toContain(`describe docs/nagasaki-boats.jpg\n${caption}\n`);
  });

  it('says of the first photo of the README what that says', async () => {
    const [, photo, caption] = /^\$ npx caption describe (\S+)\n(.*)$/m.exec(await readFile('README.md', 'utf8'))!;
    const [, first] = /^log p {3}caption\n *-[\d.]+ {2}(.*)$/m.exec(await run(['describe', photo!], cached))!;
    expect(first).toBe(caption);
  });
});

describe('examples/where', () => {
  it('names the class of the cat, and shows its face in the middle of the map', async () => {
    const output = await run(['where']);
    expect(output).toMatch(
      /^0\.\d\d {2}Egyptian cat\n0\.\d\d {2}.*\n0\.\d\d {2}.*\n\nwhere it looks like Egyptian cat:\n/,
    );
    const lines = output.match(/^ {2}\|.{18}\|$/gm);
    expect(lines).toHaveLength(9);
    expect(lines!.findIndex((line) => line.includes('@@'))).toBeGreaterThan(2);
    expect(lines![0]).not.toMatch(/[#%@]/);
  });
});
