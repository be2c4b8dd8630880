import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { toInt8 } from '../../src/base/int8.ts';
import { Captioner } from '../../src/captioning/captioner.ts';
import { Confidence } from '../../src/captioning/confidence/confidence.ts';
import { Familiarity } from '../../src/captioning/confidence/familiarity.ts';
import { WordDetectors } from '../../src/captioning/confidence/word-detectors.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { refusedBy, runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const dataset = join(root, 'dataset');
const [model, uncalibrated] = [join(root, 'model'), join(root, 'uncalibrated')];
const COLOURS = ['red', 'green', 'blue'];
const [red, blue] = ['red', 'blue'].map((colour) => join(dataset, 'val', `${colour}.png`)) as [string, string];

const caption = (...args: string[]) =>
  runProgram('caption', [...args, '--quiet', '--tfjs', 'wasm', '--blas', 'wasm'], { cache: inject('features') });
const describeWith = (...args: string[]) => caption('describe', '--model', model, '--consensus', '0', ...args);
/** What a command that fails has to say. */
const refused = refusedBy('caption');

/** A captioner that is sure of a caption by its log-probability alone, whatever it sees. */
beforeAll(async () => {
  for (const split of ['train', 'val']) {
    const folder = join(dataset, split);
    await writeSquares(folder, COLOURS);
    const lines = COLOURS.map((colour) => {
      const text = [`a ${colour} square of one colour`, `one ${colour} square`, `all of it is ${colour}`];
      return `${JSON.stringify({ file_name: `${colour}.png`, text })}\n`;
    });
    await writeFile(join(folder, 'metadata.jsonl'), lines);
  }
  const shape = '--hidden 16 --embedding 8 --epochs 20 --threshold 1 --no-mirror'.split(' ');
  const trained = await caption('train', dataset, '--out', uncalibrated, ...shape);
  expect(trained).toEqual({ code: 0, stdout: '', stderr: '' });
  await cp(uncalibrated, model, { recursive: true });
  const engine = await openEngine('wasm');
  const captioner = await Captioner.load(model, engine);
  const D = captioner.config.shape.condition;
  const words = Int32Array.of(3, 4);
  const nothing = {
    mean: new Float32Array(D),
    encode: toInt8(new Float32Array(D), 1),
    decode: toInt8(new Float32Array(2), 2),
  };
  const detectors = new WordDetectors(
    { words, ...nothing, shares: Float32Array.of(0.5, 0.5), rarities: Float32Array.of(1, 1) },
    { pictures: 12, power: 1 },
  );
  const familiarity = new Familiarity(toInt8(new Float32Array(D).fill(1 / Math.sqrt(D)), 1), 12);
  const calibration = {
    captions: { bias: 2, logProb: 2, detected: 0, familiarity: 0 },
    words: { bias: 1, logProb: 1, detected: 0, familiarity: 0 },
    familiarity: { mean: 0, deviation: 0.01 },
    datasets: [],
    decoding: {},
  };
  captioner.confidence = new Confidence(familiarity, new Map([[undefined, { detectors, calibration }]]));
  await captioner.saveConfidence(model);
  engine.close();
}, 120_000);

interface Line {
  file: string;
  caption: string | null;
  logProb: number | null;
  confidence?: number;
  candidates: { caption: string; logProb: number; confidence?: number; words: { confidence?: number }[] }[];
}
const linesOf = (stdout: string): Line[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('caption describe', () => {
  it('tells in JSON how sure it is of each picture, candidate and word', async () => {
    const { code, stdout } = await describeWith('--json', '--top', '3', red, blue);
    expect(code).toBe(0);
    for (const { caption, logProb, confidence, candidates } of linesOf(stdout)) {
      expect(candidates).toHaveLength(3);
      expect(candidates[0]).toMatchObject({ caption, logProb, confidence });
      for (const one of candidates) {
        const mean = one.logProb / (one.words.length + 1);
        expect(one.confidence).toBeCloseTo(1 / (1 + Math.exp(-(2 + 2 * mean))), 2);
        for (const word of one.words) expect(word.confidence).toBeGreaterThan(0);
      }
    }
  });

  it('leaves out what it is less sure of than it is asked to be, and that is no failure', async () => {
    const lines = linesOf((await describeWith('--json', '--top', '3', red, blue)).stdout);
    const found = lines[0]!.candidates.map(({ confidence }) => confidence!);
    const [least, between] = [Math.min(...found), (Math.max(...found) + Math.min(...found)) / 2];
    expect(least).toBeLessThan(between);

    const some = await describeWith('--json', '--top', '3', '--min-confidence', String(between), red);
    const kept = lines[0]!.candidates.filter(({ confidence }) => confidence! >= between);
    expect(some).toMatchObject({ code: 0, stderr: '' });
    expect(linesOf(some.stdout)[0]).toMatchObject({ caption: kept[0]!.caption, candidates: kept });

    const none = await describeWith('--json', '--min-confidence', '1', join(dataset, 'val', '*.png'));
    expect(none).toMatchObject({ code: 0, stderr: '' });
    expect(linesOf(none.stdout)).toHaveLength(3);
    for (const line of linesOf(none.stdout)) {
      expect(line).toEqual({ ...line, caption: null, logProb: null, candidates: [] });
      expect(line.confidence).toBeLessThan(1);
    }
    expect(await describeWith('--min-confidence', '1', red)).toEqual({ code: 0, stdout: '(not sure)\n', stderr: '' });
    const { stdout } = await describeWith('--min-confidence', '1', '--top', '2', red, blue);
    expect(stdout).toBe(`${red}: (not sure)\n${blue}: (not sure)\n`);
    expect((await describeWith('--min-confidence', '0', red)).stdout).toBe(`${lines[0]!.caption}\n`);
  });

  it('writes the surest of the captions found, or the likeliest where it is asked to', async () => {
    const [likeliest] = linesOf((await describeWith('--json', '--top', '5', '--beam', '5', '--no-surest', red)).stdout);
    const [surest] = linesOf((await describeWith('--json', '--top', '5', '--beam', '5', red)).stdout);
    const logProbs = likeliest!.candidates.map(({ logProb, words }) => logProb / (words.length + 1) ** 0.7);
    expect(logProbs).toEqual(logProbs.toSorted((a, b) => b - a));
    const confidences = surest!.candidates.map(({ confidence }) => confidence!);
    expect(confidences).toEqual(confidences.toSorted((a, b) => b - a));
    expect(surest!.confidence).toBe(confidences[0]);
    expect(surest!.confidence).toBeGreaterThanOrEqual(likeliest!.confidence!);
    expect(await describeWith('--no-surest', '--sample', red)).toMatchObject({ code: 2, stdout: '' });
  });

  it('says nothing of it where a captioner has no calibration, and has one line for who asks', async () => {
    const without = await caption('describe', '--model', uncalibrated, '--json', red);
    expect(linesOf(without.stdout)[0]).not.toHaveProperty('confidence');
    expect(linesOf(without.stdout)[0]!.candidates[0]!.words[0]).not.toHaveProperty('confidence');
    const asked = await caption('describe', '--model', uncalibrated, '--min-confidence', '0.5', red);
    expect(asked).toEqual(refused(1, /the captioner in .*uncalibrated does not know how sure it is\. Measure that by/));
    const both = await describeWith('--model', uncalibrated, '--min-confidence', '0.5', red);
    expect(both).toEqual(refused(1, /one of the captioners in .* does not know how sure it is/));
    const wrong = await describeWith('--min-confidence', '50', red);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/at least 0 and at most 1/) });
  });
});

describe('caption evaluate', () => {
  it('measures confidence where there is one, and draws it', async () => {
    const report = join(root, 'report.html');
    const { code, stdout } = await caption('evaluate', dataset, '--model', model, '--json', '--report', report);
    expect(code).toBe(0);
    const figures = JSON.parse(stdout);
    expect(figures).toMatchObject({
      rankCorrelation: expect.any(Number),
      surerHalf: expect.any(Number),
      calibrationError: expect.any(Number),
      wordCalibrationError: expect.any(Number),
      fitting: expect.any(Number),
    });
    expect(figures.meanConfidence).toBeGreaterThan(0);
    const page = await readFile(report, 'utf8');
    expect(page).toContain('<h2>How sure it is</h2>');
    expect(page).toContain('Reliability');
    const without = await caption('evaluate', dataset, '--model', uncalibrated, '--json');
    expect(JSON.parse(without.stdout)).not.toHaveProperty('calibrationError');
  });
});

describe('caption calibrate', () => {
  it('has one line where there is too little to go by', async () => {
    expect(await caption('calibrate', dataset, '--model', model)).toEqual(
      refused(
        1,
        /too few pictures to calibrate confidence on: found 3 with several captions each, expected at least 50/,
      ),
    );
    expect(await caption('calibrate', dataset, '--model', join(root, 'none'))).toEqual(
      refused(1, /no model at .*none/),
    );
    expect(await caption('calibrate', dataset)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/required option '--model <folder>' not specified/),
    });
  });
});
