/** Models that choose where to look: trained, kept in a folder, asked where they looked. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewSequenceModel } from '../../src/sequences/config.ts';
import type { SequenceData } from '../../src/sequences/data/example.ts';
import { writeSequenceEvaluation } from '../../src/sequences/evaluation-report.ts';
import { lookAt } from '../../src/sequences/glimpses.ts';
import { SequenceLabeller } from '../../src/sequences/labeller.ts';
import { writeSequenceReport } from '../../src/sequences/report.ts';
import { trainSequences } from '../../src/sequences/train.ts';
import { expectInputError } from '../input-error.ts';
import { wasm } from '../nn/engines.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { corners, fastSettings, opinions, smallShape } from './small-sequences.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const train = (out: string, data: SequenceData, changes: Partial<NewSequenceModel> = {}) =>
  trainSequences({
    engine: wasm,
    folder: join(root, out),
    data,
    settings: { ...fastSettings, learningRate: 0.01 },
    start: { ...smallShape, reading: 'glimpses', glimpses: 4, ...changes },
    onEvent: () => {},
  });

describe('a model that reads by glimpses', () => {
  const held = corners(100, 2);
  let labeller: SequenceLabeller;
  beforeAll(async () => {
    await train('corners', corners(400));
    labeller = await SequenceLabeller.load(join(root, 'corners'), wasm);
  });

  it('learns, and is the same again when it is loaded', async () => {
    const file = join(root, 'evaluation.html');
    const { accuracy } = await writeSequenceEvaluation(file, labeller, held);
    expect(accuracy).toBeGreaterThan(0.97);
    expect(labeller.config).toMatchObject({
      reading: 'glimpses',
      shape: { reads: { glimpses: 4, picture: { rows: 12, columns: 12 } } },
    });
  });

  it('looks first at the same place of all pictures, then where each has something to see', () => {
    const paths = held.examples.map((example) => lookAt(labeller, example).places);
    expect(new Set(paths.map(([first]) => String(first))).size).toBe(1);
    expect(new Set(paths.map((path) => String(path.at(-1)))).size).toBeGreaterThan(50);
    for (const place of paths.flat(2)) expect(Math.abs(place)).toBeLessThanOrEqual(1);
  });

  it('says of a picture what it took it for, and what is right where that is something else', () => {
    const [{ inputs, labels } = expect.fail()] = held.examples;
    const [right = ''] = labels;
    expect(lookAt(labeller, { inputs, labels: [] }).caption).toMatch(new RegExp(`^${right} \\(\\d+\\.\\d %\\)$`));
    expect(lookAt(labeller, { inputs, labels: ['elsewhere'] }).caption).toMatch(/ %\), is elsewhere$/);
    expect(() => lookAt(labeller, { inputs: ['word'], labels: [] })).toThrow(/does not look at this/);
  });

  it('shows its paths in the report of its training and in that of an evaluation', async () => {
    await writeSequenceReport(join(root, 'corners'), { validation: held.examples }, wasm);
    for (const file of ['evaluation.html', 'corners/report.html']) {
      const page = await readFile(join(root, file), 'utf8');
      expect(page).toContain('Where it looked');
      expect(page).toContain('4 glimpses of each picture');
      expect(page.match(/<image /g)?.length).toBeGreaterThanOrEqual(4);
    }
  });

  it('refuses pictures of another size', () => {
    expect(() => labeller.predict([new Uint8Array(2 * 144)])).toThrow(/found vectors of 288 numbers, expected/);
  });
});

describe('trainSequences by glimpses refuses', () => {
  it.each([
    ['what are no pictures', opinions(20), {}, /opinions has no pictures to look at/],
    ['both directions', corners(20), { bidirectional: true }, /in one direction, for one label: found both directions/],
    ['tags', corners(20), { task: 'tag' as const }, /in one direction, for one label: found the task tag/],
    [
      'tiny pictures',
      { ...corners(20), picture: { rows: 48, columns: 3 } },
      {},
      /too small for glimpses: found 48 × 3 pixels, expected at least 4 × 4/,
    ],
  ])('%s', async (_, data, changes, message) => {
    await expectInputError(train('refused', data, changes), message);
  });
});
