import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Captioner } from '../../../src/captioning/captioner.ts';
import { writeCaptionProgress, writeCaptionReport } from '../../../src/captioning/report/report.ts';
import { trainCaptioner } from '../../../src/captioning/train.ts';
import { headingsOf, sectionOf } from '../../report/read-page.ts';
import { bilingualDataset, engineAndFolder, smallDataset, smallTraining } from '../small-captioning.ts';

const { engine, root } = await engineAndFolder();

let training: Awaited<ReturnType<typeof smallTraining>>;
let captioner: Captioner;
let progress: string;
let report: string;
beforeAll(async () => {
  training = await smallTraining(engine, root, 'model', { epochs: 12 });
  training.dataset.name = 'Tom & <i>Jerry</i>';
  // People's captions are shown, so they must be escaped; and no one else writes of zebras.
  for (const picture of training.dataset.splits.get('val') ?? []) picture.captions.push('zebra zebra <script>&');
  training.onDone = async (sets) => {
    await writeCaptionProgress(training.folder);
    progress = await readFile(join(training.folder, 'report.html'), 'utf8');
    await writeCaptionReport(training.folder, await Captioner.load(training.folder, engine), sets);
  };
  await trainCaptioner(training);
  captioner = await Captioner.load(training.folder, engine);
  report = await readFile(join(training.folder, 'report.html'), 'utf8');
});

describe('the report of a captioner', () => {
  it('has what was learned first, then simpler ways, then what was trained', () => {
    expect(headingsOf(report)).toEqual([
      'How it went',
      'Best and worst',
      'Words missed',
      'What it wrote as training went on',
      'Beside simpler ways',
      'What was trained',
    ]);
  });

  it('names dataset and split, and says the scores', () => {
    expect(report).toMatch(
      /12 pictures, LSTM 1 × 24: <strong>BLEU-1 \d+\.\d.*<\/strong> on the val split of Tom &#38; &#60;i&#62;Jerry&#60;\/i&#62; \(4 pictures\)\./,
    );
    const trained = sectionOf(report, 'What was trained');
    expect(trained).toContain('24 captions of 12 training pictures');
    expect(trained).toMatch(new RegExp(`Parameters ${captioner.model.size.toLocaleString('en')} `));
    expect(trained).toMatch(/Epochs 12 .* Dropout 0\.1 .* Updates 60 /);
  });

  it('has the captioner beside the baselines, and how varied its captions are', () => {
    const compared = sectionOf(report, 'Beside simpler ways');
    for (const name of [
      'captioner',
      'nearest pictures',
      'nearest picture',
      'n-gram model',
      'other pictures',
      'people',
    ]) {
      expect(compared).toMatch(new RegExp(` ${name}[ ,]`));
    }
    expect(compared).toMatch(/its CIDEr falls from \d+\.\d to \d+\.\d/);
  });

  it('has half of the pictures as best and half as worst, each with its captions and with people’s, escaped', () => {
    const shown = sectionOf(report, 'Best and worst');
    expect(shown.match(/CIDEr \d+ /g)).toHaveLength(4);
    expect(shown.match(/zebra zebra &#60;script&#62;&#38;/g)).toHaveLength(4);
    const scores = shown.match(/CIDEr \d+ /g)?.map((score) => Number(score.slice(6))) ?? [];
    const [best, worst] = [scores.slice(0, 2), scores.slice(2)];
    expect(Math.min(...best)).toBeGreaterThanOrEqual(Math.max(...worst));
    expect(report).not.toContain('<script');
    expect(report).not.toMatch(/src="(?!data:image\/jpeg;base64,)/);
    expect(report.match(/src="data:image/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it('has the words that it never wrote', () => {
    expect(sectionOf(report, 'Words missed')).toMatch(/not in its vocabulary, .* 8 zebra /);
  });

  it('has curves with the gap explained, and what was written about each picture as training went on', () => {
    expect(sectionOf(report, 'How it went')).toMatch(
      /Loss nats per word training validation .* On the val split of Tom .* The training loss/,
    );
    expect(sectionOf(report, 'What it wrote as training went on')).toMatch(/ 1\.0 [a-z]/);
  });

  it('of several datasets has each by itself: scores, curves, best and worst, simpler ways', async () => {
    const { dataset, ...of } = await smallTraining(engine, root, 'several', { epochs: 4 });
    const others = await smallDataset(root, { name: 'others', size: 6 });
    let soFar = '';
    await trainCaptioner({
      ...of,
      datasets: [{ dataset }, { dataset: others, weight: 0.5 }],
      async onDone(sets) {
        await writeCaptionProgress(of.folder);
        soFar = await readFile(join(of.folder, 'report.html'), 'utf8');
        await writeCaptionReport(of.folder, await Captioner.load(of.folder, engine), sets);
      },
    });
    const page = await readFile(join(of.folder, 'report.html'), 'utf8');
    expect(headingsOf(page)).toEqual([
      'How it went',
      'Best and worst: colours',
      'Best and worst: others',
      'Words missed',
      'What it wrote as training went on',
      'Beside simpler ways: colours',
      'Beside simpler ways: others',
      'What was trained',
    ]);
    expect(page).toMatch(
      /CIDEr \d+\.\d<\/strong> on the val split of colours \(4 pictures\); <strong>BLEU-1 .*<\/strong> on the val split of others \(4 pictures\)\./,
    );
    expect(sectionOf(page, 'How it went')).toMatch(
      /Scores mean of the datasets .*Scores: colours .*Scores: others .*Validation loss nats per word colours others .*On the val splits of colours and others, in the mean, which/,
    );
    expect(sectionOf(page, 'What was trained')).toMatch(
      /colours: 24 captions of 12 training pictures Dataset others: 24 captions of 12 training pictures, each 0\.5 times in an epoch/,
    );
    expect(page.match(/src="data:image/g)?.length).toBeGreaterThanOrEqual(2 * 4 + 6);
    expect(soFar).toMatch(
      /<\/strong> so far, on the val split of colours; <strong>BLEU-4 .*<\/strong> on the val split of others, written greedily/,
    );
  });

  it('of several languages has each by itself', async () => {
    const { dataset: _, ...of } = await smallTraining(engine, root, 'languages', { epochs: 2 });
    const dataset = await bilingualDataset(root);
    await trainCaptioner({
      ...of,
      dataset,
      onDone: async (sets) => writeCaptionReport(of.folder, await Captioner.load(of.folder, engine), sets),
    });
    const page = await readFile(join(of.folder, 'report.html'), 'utf8');
    expect(headingsOf(page).filter((heading) => heading.includes(':'))).toEqual([
      'Best and worst: both (en)',
      'Best and worst: both (de)',
      'Words missed: en',
      'Words missed: de',
      'Beside simpler ways: both (en)',
      'Beside simpler ways: both (de)',
    ]);
    // The captions that simpler ways copy are of the training pictures' captions in the same language.
    const [, english, german] = page.split('Beside simpler ways: ');
    for (const part of [english, german]) expect(part).toMatch(/>nearest picture<\/th><td>[3-9]\d\.\d/);
    expect(sectionOf(page, 'Words missed: en')).not.toMatch(/oben|weiß/);
    expect(sectionOf(page, 'What was trained')).toMatch(
      /both \(en\): 24 captions of 12 training pictures Dataset both \(de\): 24 captions of 12 training pictures/,
    );
  });

  it('while the training goes on says what is known so far', () => {
    expect(progress).toContain('still going on');
    expect(sectionOf(progress, 'How it went')).toMatch(/Loss nats per word training validation /);
    expect(sectionOf(progress, 'What it wrote as training went on')).toMatch(/ 1\.0 \w+-\w+\.png: /);
    expect(progress).toMatch(/<strong>BLEU-4 \d+\.\d, CIDEr \d+\.\d<\/strong> so far, on the val split/);
    expect(headingsOf(progress)).toEqual(['How it went', 'What it wrote as training went on', 'What was trained']);
  });
});
