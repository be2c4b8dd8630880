import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAtOnce } from '../../src/base/steps.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { ngramBaselineSteps } from '../../src/language/baseline.ts';
import { languageConfigSchema } from '../../src/language/config.ts';
import { writeLanguageProgress, writeLanguageReport } from '../../src/language/report.ts';
import { type LanguageTraining, trainLanguageModel } from '../../src/language/train.ts';
import { loadModel } from '../../src/model/model-folder.ts';
import { headingsOf, sectionOf } from '../report/read-page.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { openSmallText, smallTraining, TEXT } from './small-language.ts';

const engine = await openEngine('wasm');
const root = await temporaryFolder();
afterAll(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

let training: LanguageTraining & { files: string[] };
let progress: string;
let report: string;
beforeAll(async () => {
  training = await smallTraining(engine, root, 'model', { epochs: 12, valFraction: 0.2 });
  training.files = [join(root, 'a & b.txt')];
  await writeFile(training.files[0]!, TEXT.replaceAll('fox', '<fox>'));
  training.onDone = async (text) => {
    await writeLanguageProgress(training.folder);
    progress = await readFile(join(training.folder, 'report.html'), 'utf8');
    await writeLanguageReport(training.folder, text, engine);
  };
  await trainLanguageModel(training);
  report = await readFile(join(training.folder, 'report.html'), 'utf8');
});

describe('the report of a language model', () => {
  it('has what was learned first, then an n-gram model, then what was trained', () => {
    expect(headingsOf(report)).toEqual([
      'How it went',
      'What it writes',
      'What it wrote as training went on',
      'Beside an n-gram model',
      'What was trained',
    ]);
  });

  it('names the text and the split, and says the loss', async () => {
    const { config, model } = await loadModel(training.folder, engine, languageConfigSchema);
    expect(report).toContain('<h1>A language model of a &#38; b.txt</h1>');
    expect(report).toMatch(
      new RegExp(
        `<strong>${Number(config.scores['loss']).toFixed(3)} nats per character</strong> .* on the last 20 % of the text`,
      ),
    );
    const trained = sectionOf(report, 'What was trained');
    expect(trained).toContain('2,820 characters');
    expect(trained).toContain('the last 20 % of the text');
    expect(trained).toContain(`Parameters ${model.size.toLocaleString('en')} `);
  });

  it('has the n-gram model of the best order beside it', async () => {
    const text = await openSmallText(training.files, root, training.settings);
    const { order, loss, losses, tokens } = runAtOnce(ngramBaselineSteps(text));
    expect(losses).toHaveLength(10);
    expect(loss).toBe(Math.min(...losses));
    expect(losses[order - 1]).toBe(loss);
    expect(tokens).toBe(2256);
    expect(losses[0]).toBeGreaterThan(2.5);
    expect(loss).toBeLessThan(0.1); // the same sentence again and again
    expect(sectionOf(report, 'Beside an n-gram model')).toContain(
      `The best order is ${order}, with ${loss.toFixed(3)} nats`,
    );
    expect(sectionOf(report, 'How it went')).toContain(`${order}-gram model`);
  });

  it('says how much of what it writes is copied, beside how much of the validation text is', () => {
    // Every run of the text comes again and again.
    expect(sectionOf(report, 'What it writes')).toMatch(
      / \d+\.\d % stand in the training text; of those in the validation text, 100\.0 % do/,
    );
  });

  it('has samples of the training’s stages, escaped', () => {
    expect(
      sectionOf(report, 'What it wrote as training went on').match(/epoch \d+\.\d, validation loss \d\.\d{3}/g),
    ).toHaveLength(8);
    expect(sectionOf(report, 'What it wrote as training went on')).toContain('Update 0, epoch 0.0 ');
    expect(report).toMatch(/<pre>[^<]*&#60;[^<]*<\/pre>/);
    expect(report.match(/<\/pre>/g)).toHaveLength(8 + 1 + 1);
  });

  it('while the training goes on says what is known so far', () => {
    expect(progress).toContain('still going on');
    expect(sectionOf(progress, 'How it went')).toMatch(/Loss nats per character training validation /);
    expect(headingsOf(progress)).toEqual(['How it went', 'What it wrote as training went on', 'What was trained']);
  });
});

describe('the report of a model of sequences', () => {
  it('has what it writes beside the nearest that was learned, copies, lengths, and an n-gram model of the same', async () => {
    const training = await smallTraining(engine, root, 'lines', {
      sequences: { are: 'lines' },
      epochs: 60,
      evaluateEvery: 0,
      valFraction: 0.3,
      keep: 'last',
      dropout: 0,
    });
    training.files = [join(root, 'lines.txt')];
    const lines = Array.from({ length: 60 }, (_, i) => 'abcdefghijklmno'[i % 15]!.repeat(1 + (i % 3)));
    await writeFile(training.files[0]!, lines.join('\n'));
    await trainLanguageModel({ ...training, onDone: (data) => writeLanguageReport(training.folder, data, engine) });
    const page = await readFile(join(training.folder, 'report.html'), 'utf8');
    expect(headingsOf(page)).toEqual(headingsOf(report));
    expect(page).toMatch(/60 lines, \d+ characters with their ends, LSTM .* lines held out by their hashes/);
    const written = sectionOf(page, 'What it writes');
    expect(written).toContain('written the nearest that was learned characters that differ');
    expect(written).toMatch(/([a-o]+) \1 a copy/);
    const [, copied] = /Of 1,000 whole lines that it wrote at temperature 1, ([\d.]+) % stand among/.exec(written)!;
    expect(Number(copied)).toBeGreaterThan(50);
    expect(sectionOf(page, 'Beside an n-gram model')).toMatch(/The best order is \d+, with \d\.\d+ nats/);
    expect(sectionOf(page, 'What was trained')).toContain('Batch 8 lines');
  });
});
