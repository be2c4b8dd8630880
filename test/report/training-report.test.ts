import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { html } from '../../src/report/html.ts';
import { section } from '../../src/report/page.ts';
import { type TrainingReport, writeTrainingReport } from '../../src/report/training-report.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { headingsOf } from './read-page.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const finished: TrainingReport = {
  title: 'A model of <songs>',
  what: '3 songs, GRU 1 × 4',
  result: html`<strong>BLEU 12.0</strong> on the last song`,
  parameters: 1234,
  awaited: 'its verses',
  unit: 'verse',
  curves: { split: 'the last song' },
  curvesNote: 'Verses are short.',
  learned: [section('What it sings', 'la la')],
  stages: ({ validations }) => html`<p>${validations.length} songs so far</p>`,
  comparisons: section('Beside a parrot', 'The parrot sings worse.'),
  facts: [['Songs', html`<em>three</em>`]],
  batch: '2 songs',
  settings: {
    epochs: 2,
    optimizer: { name: 'adam' },
    learningRate: 0.01,
    schedule: { name: 'cosine', warmup: 5 },
    clipping: { by: 'norm', limit: 5 },
    dropout: 0.25,
    smoothing: 0,
    seed: 7,
  },
};

const VALIDATION = {
  time: '2025-01-01T00:00:00.000Z',
  type: 'validation',
  iteration: 10,
  epoch: 1,
  trainingLoss: 2.5,
  best: true,
  scores: { loss: 2 },
  samples: [],
};

/** The page of a training with this log. */
async function pageOf(report: TrainingReport, log: readonly object[] = [VALIDATION]): Promise<string> {
  const folder = join(root, 'model');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'log.jsonl'), log.map((event) => `${JSON.stringify(event)}\n`).join(''));
  await writeTrainingReport(folder, report);
  return readFile(join(folder, 'report.html'), 'utf8');
}

describe('the report of a training', () => {
  it('has what was learned first, then simpler ways, then what was trained', async () => {
    const page = await pageOf(finished);
    expect(headingsOf(page)).toEqual([
      'How it went',
      'What it sings',
      'What it wrote as training went on',
      'Beside a parrot',
      'What was trained',
    ]);
    expect(page).toContain('<h1>A model of &#60;songs&#62;</h1>');
    expect(page).toContain('3 songs, GRU 1 × 4: <strong>BLEU 12.0</strong> on the last song.');
    expect(page).toContain('1 songs so far');
    expect(page).not.toContain('still going on');
  });

  it('explains the curves by the settings, with the note of the product', async () => {
    const page = await pageOf(finished);
    expect(page).toMatch(/2\.000 nats per verse .*dropout \(25 % of the values hidden\).*Verses are short\./s);
  });

  it('names what is the product’s own first, then parameters, batch and settings', async () => {
    const [, facts = ''] = /<dl>(.*)<\/dl>/s.exec(await pageOf(finished))!;
    expect(Array.from(facts.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g), ([, ...fact]) => fact).slice(0, 5)).toEqual([
      ['Songs', '<em>three</em>'],
      ['Parameters', '1,234'],
      ['Batch', '2 songs'],
      ['Epochs', '2'],
      ['Optimiser', 'adam, learning rate 0.01, cosine schedule, 5 updates of warm-up'],
    ]);
  });

  it('while the training goes on says so, and what it lacks', async () => {
    const { learned: _, comparisons: __, ...begun } = finished;
    const page = await pageOf({ ...begun, result: undefined, parameters: undefined });
    expect(page).toContain('3 songs, GRU 1 × 4: nothing measured yet.');
    expect(page).toContain('still going on, or was stopped. When it is over, this page also has its verses.');
    expect(headingsOf(page)).toEqual(['How it went', 'What it wrote as training went on', 'What was trained']);
    expect(page).not.toContain('Parameters');
  });

  it('has no section with nothing in it', async () => {
    const begun = { ...finished, learned: undefined, comparisons: false, stages: () => undefined } as const;
    expect(headingsOf(await pageOf(begun, []))).toEqual(['What was trained']);
    expect(headingsOf(await pageOf(begun))).toEqual(['How it went', 'What was trained']);
  });

  it('says that nothing was measured where nothing was held out', async () => {
    const page = await pageOf({ ...finished, result: undefined });
    expect(page).toContain('nothing measured, since nothing was held out for validation.');
  });
});
