import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { temporaryFolder } from '../training/small-training.ts';
import { refusedBy, runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const dataset = join(root, 'dataset');
const [model, other, fewer, blind] = ['model', 'other', 'fewer', 'blind'].map((name) => join(root, name)) as [
  string,
  string,
  string,
  string,
];
const red = join(dataset, 'train', 'red.png');

const caption = (...args: string[]) =>
  runProgram('caption', [...args, '--quiet', '--tfjs', 'wasm', '--blas', 'wasm'], { cache: inject('features') });
const describeWith = (...args: string[]) => caption('describe', red, '--model', model, ...args);
/** What a command that fails has to say. */
const refused = refusedBy('caption');

/** Captioners that have seen one picture of each colour: two alike, one of fewer words, one that sees otherwise. */
beforeAll(async () => {
  for (const split of ['train', 'val']) {
    const captionOf = (colour: string) => `a very ${colour} square of one colour`;
    await writeSquares(join(dataset, split), ['red', 'green', 'blue'], captionOf);
  }
  const train = (out: string, ...args: string[]) =>
    caption('train', dataset, '--out', out, ...'--hidden 16 --embedding 8 --epochs 4 --no-mirror'.split(' '), ...args);
  // One first: the others find the features in the cache.
  const first = await train(model, '--threshold', '1');
  const trained = [
    first,
    ...(await Promise.all([train(other, '--threshold', '1', '--seed', '2'), train(fewer, '--threshold', '2')])),
  ];
  for (const { code, stderr } of trained) expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  await cp(model, blind, { recursive: true });
  const config = JSON.parse(await readFile(join(blind, 'config.json'), 'utf8'));
  config.pictures.preprocessing.fit = config.pictures.preprocessing.fit === 'crop' ? 'squash' : 'crop';
  await writeFile(join(blind, 'config.json'), JSON.stringify(config));
}, 120_000);

interface Answer {
  logProb: number;
  candidates: { caption: string; logProb: number; words: { word: string; logProb: number }[] }[];
}
const answerOf = (stdout: string): Answer => JSON.parse(stdout);

describe('caption describe', () => {
  it('writes captions of the length that is asked for, without the runs that are blocked', async () => {
    const { code, stdout } = await describeWith('--min-length', '9', '--max-length', '10', '--block', '2', '--json');
    expect(code).toBe(0);
    const [best] = answerOf(stdout).candidates;
    const words = best!.words.map(({ word }) => word);
    expect([9, 10]).toContain(words.length);
    const pairs = words.slice(1).map((word, i) => `${words[i]} ${word}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  });

  it('writes --top captions that differ more with --diversity', async () => {
    const firstWords = async (...args: string[]) => {
      const { code, stdout } = await describeWith('--top', '4', '--json', '--min-length', '2', '--beam', '1', ...args);
      const { candidates, logProb } = answerOf(stdout);
      expect(code).toBe(0);
      expect(new Set(candidates.map(({ caption }) => caption)).size).toBe(4);
      expect(candidates[0]!.logProb).toBe(logProb);
      return new Set(candidates.map(({ words }) => words[0]!.word)).size;
    };
    const [alike, different] = await Promise.all([firstWords(), firstWords('--diversity', '50')]);
    expect(alike).toBeLessThan(4);
    expect(different).toBe(4);
  });

  it('draws --top captions by --sample, the same ones for the same --seed', async () => {
    const [one, same, another, implied] = await Promise.all(
      [
        ['--sample', '--temperature', '1', '--seed', '1'],
        ['--sample', '--temperature', '1', '--seed', '1'],
        ['--sample', '--temperature', '1', '--seed', '2'],
        ['--temperature', '1', '--seed', '1'],
      ].map((options) => describeWith('--top', '5', '--json', ...options)),
    );
    expect(one).toMatchObject({ code: 0, stderr: '' });
    const logProbs = answerOf(one!.stdout).candidates.map(({ logProb }) => logProb);
    expect(logProbs).toHaveLength(5);
    expect(logProbs).toEqual(logProbs.toSorted((a, b) => b - a));
    expect(same!.stdout).toBe(one!.stdout);
    expect(another!.stdout).not.toBe(one!.stdout);
    expect(implied!.stdout).toBe(one!.stdout);
  });

  it('draws the likeliest alone with --top-k 1, and with --top-p near 0: what a beam of 1 finds', async () => {
    const [greedy, k, p] = await Promise.all([
      describeWith('--min-length', '3', '--beam', '1', '--consensus', '0'),
      describeWith('--min-length', '3', '--top-k', '1'),
      describeWith('--min-length', '3', '--top-p', '0.0001'),
    ]);
    expect(greedy.stdout).toMatch(/\w\n$/);
    expect(k).toEqual(greedy);
    expect(p).toEqual(greedy);
  });

  it('refuses options that contradict each other, each in a line', async () => {
    const [beam, diversity, consensus, length, wide, draws] = await Promise.all([
      describeWith('--sample', '--beam', '3'),
      describeWith('--diversity', '1'),
      describeWith('--top', '2', '--diversity', '1', '--consensus', '9'),
      describeWith('--min-length', '9', '--max-length', '8'),
      describeWith('--beam', '50'),
      describeWith('--sample', '--top', '193'),
    ]);
    expect(beam).toMatchObject({ code: 2, stdout: '' });
    expect(beam.stderr).toMatch(/^caption: option '--sample' cannot be used with option '--beam <number>'\n/);
    expect(diversity).toEqual(refused(2, /--diversity is for several captions: found --top 1, expected/));
    expect(consensus).toEqual(refused(2, /--consensus does not apply to --diversity, which draws no captions/));
    expect(length).toEqual(refused(2, /the shortest caption is longer than the longest: found at least 9 words/));
    expect(wide).toEqual(refused(2, /the beam is too wide: found 50, expected at most 12, the size of the vocabulary/));
    expect(draws).toEqual(refused(2, /too many captions of a picture: found 193, expected at most 192/));
  });
});

describe('several --model', () => {
  it('write together: likelier captions than by one alone are possible, others too', async () => {
    const logProb = async (...args: string[]) => {
      const { code, stdout, stderr } = await caption('describe', red, '--json', ...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return answerOf(stdout).logProb;
    };
    const [one, two, both, twice] = await Promise.all([
      logProb('--model', model),
      logProb('--model', other),
      logProb('--model', model, '--model', other),
      logProb('--model', model, '--model', model),
    ]);
    expect(twice).toBeCloseTo(one, 4);
    for (const alone of [one, two]) expect(Math.abs(both - alone)).toBeGreaterThan(1e-3);
  });

  it('are scored together', async () => {
    const args = ['evaluate', dataset, '--json', '--beam', '2', '--min-length', '2', '--block', '3'];
    const { code, stdout } = await caption(...args, '--model', model, '--model', other);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      pictures: 3,
      beam: 2,
      minLength: 2,
      block: 3,
      bleu1: expect.any(Number),
    });
  });

  it('are refused when their vocabularies differ, or they see pictures differently', async () => {
    const [words, eyes] = await Promise.all([
      describeWith('--model', fewer),
      caption('evaluate', dataset, '--model', model, '--model', blind),
    ]);
    expect(words).toEqual(
      refused(1, /the captioners in \S+model and \S+fewer have different vocabularies: found \d+ and \d+ words/),
    );
    expect(eyes).toEqual(refused(1, /the captioner in \S+blind was trained with another CNN: found .* expected .*/));
  });
});
