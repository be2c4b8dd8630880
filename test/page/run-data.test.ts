import { expect, test } from 'vitest';
import {
  flatSettings,
  measuredScores,
  scoreLine,
  scoreNames,
  standing,
  trainingLine,
  withNew,
  writtenSamples,
} from '../../src/page/trainings/run-data.ts';
import type { RunLogAnswer } from '../../src/server/api.ts';

const MINUTE = 60_000;
const update = (iteration: number, loss: number) => ({
  type: 'update' as const,
  time: MINUTE * iteration,
  iteration,
  epoch: iteration / 10,
  loss,
  tokensPerSecond: 1,
});
const validation = (iteration: number, loss: number, trainingLoss: number | null) => ({
  type: 'validation' as const,
  time: MINUTE * iteration,
  iteration,
  epoch: iteration / 10,
  trainingLoss,
  best: true,
  scores: { loss, bleu: 10 * iteration },
  samples: [`text ${iteration}`],
});
const answer = (parts: Partial<RunLogAnswer>): RunLogAnswer => ({
  id: 'a',
  updated: 'now',
  updates: [],
  validations: [],
  samples: [],
  seconds: 1,
  config: null,
  ...parts,
});

const first = withNew(undefined, answer({ updates: [update(5, 3)], validations: [validation(2, 4, null)] }))!;
const known = withNew(first, answer({ seconds: 2, validations: [validation(8, 3.5, 2.5)] }))!;

test('a training is put together from what was told of it', () => {
  expect(first.last).toBe(5);
  expect(known.last).toBe(8);
  expect(trainingLine(known, 'epoch')).toEqual([
    [0.5, 3],
    [0.8, 2.5],
  ]);
  expect(scoreLine(known, 'loss', 'iteration')).toEqual([
    [2, 4],
    [8, 3.5],
  ]);
  expect(scoreLine(known, 'bleu', 'minutes')).toEqual([
    [0, 20],
    [6, 80],
  ]);
  expect(scoreNames([known])).toEqual(['bleu']);
  expect(standing(known)).toEqual({
    epoch: 0.8,
    iteration: 8,
    trainingLoss: 2.5,
    validationLoss: 3.5,
    best: 3.5,
    seconds: 2,
  });
  expect(writtenSamples(known).map(({ texts }) => texts)).toEqual([['text 8'], ['text 2']]);
});

test('a training that has begun anew is read from its beginning', () => {
  expect(withNew(known, answer({ updated: 'later', seconds: 0.1 }))).toBeUndefined();
  expect(withNew(known, answer({ updated: 'later', seconds: 3 }))).toMatchObject({ last: 8 });
});

test('settings are named by where they are', () => {
  const config = {
    format: 1,
    shape: { cell: 'lstm', hidden: 16 },
    settings: { optimizer: { name: 'adam' }, clipping: null },
    scores: { loss: 2.0028004825301746 },
    text: { files: ['a', 'b'], hash: '0' },
  };
  expect(flatSettings(config)).toEqual([
    ['cell', 'lstm'],
    ['hidden', '16'],
    ['optimizer name', 'adam'],
    ['scores loss', '2.0028'],
    ['text files', 'a, b'],
  ]);
});

test('the last scores stand beside the best ones where these are others', () => {
  expect(measuredScores(withNew(undefined, answer({}))!)).toBeUndefined();
  expect(measuredScores(known)).toMatchObject({
    iteration: 8,
    best: undefined,
    scores: [{ name: 'loss', last: 3.5 }, {}],
  });
  const worse = { ...validation(9, 5, 2), best: false };
  expect(measuredScores(withNew(known, answer({ validations: [worse] }))!)).toEqual({
    iteration: 9,
    epoch: 0.9,
    best: 8,
    scores: [
      { name: 'loss', last: 5, atBest: 3.5 },
      { name: 'bleu', last: 90, atBest: 80 },
    ],
  });
});
