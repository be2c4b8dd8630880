import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { SequenceSettings } from '../../src/sequences/config.ts';
import type { DataSplit } from '../../src/training/split.ts';
import type { NewTranslator } from '../../src/translation/config.ts';
import { evaluateTranslator } from '../../src/translation/evaluate.ts';
import type { Pair, PairData } from '../../src/translation/pairs.ts';
import { writeTranslationReport } from '../../src/translation/report.ts';
import { resumeTranslator, type TranslationTraining, trainTranslator } from '../../src/translation/train.ts';
import { Translator } from '../../src/translation/translator.ts';
import { expectInputError } from '../input-error.ts';
import { wasm } from '../nn/engines.ts';
import { fastSettings } from '../sequences/small-sequences.ts';
import { checkpointIn, stopAfter, temporaryFolder } from '../training/small-training.ts';
import { expectToStopAnywhere } from '../training/stop-anywhere.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const DIGITS = ['null', 'eins', 'zwei', 'drei', 'vier'];

/** Numbers in words, digit by digit and from the last to the first: no word stands where its translation does. */
function numbers(count: number, seed = 1): PairData {
  const random = new Random(seed);
  const examples = Array.from({ length: count }, () => {
    const digits = Array.from({ length: 1 + random.integer(4) }, () => random.integer(DIGITS.length));
    const source = digits.map((digit) => `n${digit}`).join(' ');
    return {
      source,
      target: digits
        .toReversed()
        .map((digit) => DIGITS[digit])
        .join(' '),
    };
  });
  return { name: 'numbers', examples };
}

const start: NewTranslator = { cell: 'lstm', layers: 1, hidden: 32, embedding: 16, attention: true };
const settings: SequenceSettings = { ...fastSettings, epochs: 16, learningRate: 0.01, minCount: 1, valFraction: 0.1 };

const trainInto = (out: string, changes: Partial<TranslationTraining> = {}) =>
  trainTranslator({
    engine: wasm,
    folder: join(root, out),
    data: numbers(1000),
    settings,
    start,
    onEvent: () => {},
    ...changes,
  });

const load = (out: string) => Translator.load(join(root, out), wasm);

describe('trainTranslator', () => {
  it.each([true, false])('learns to translate what comes in another order, attention %s', async (attention) => {
    const out = `learnt-${attention}`;
    await trainInto(out, { start: { ...start, attention } });
    const translator = await load(out);
    const { bleu, loss, translations } = evaluateTranslator(translator, numbers(100, 2).examples);
    expect(bleu).toBeGreaterThan(attention ? 95 : 80);
    expect(loss).toBeLessThan(attention ? 0.1 : 0.4);
    expect(translations).toHaveLength(100);
    expect(translator.config.scores).toMatchObject({ bleu: expect.any(Number), split: '10 % of numbers' });
  });

  it('stopped and resumed ends as if it had not been stopped', async () => {
    const short = { settings: { ...settings, epochs: 2 } };
    await trainInto('whole', short);
    await trainInto('parts', { ...short, ...stopAfter(5) });
    const training = { engine: wasm, folder: join(root, 'parts'), data: numbers(1000), onEvent: () => {} };
    expect((await resumeTranslator(training)).interrupted).toBe(false);
    const weights = (out: string) => readFile(join(root, out, 'weights.safetensors'));
    expect((await weights('parts')).equals(await weights('whole'))).toBe(true);
    expect(await checkpointIn(join(root, 'parts'))).toEqual(await checkpointIn(join(root, 'whole')));
    await expectInputError(
      resumeTranslator({ ...training, data: numbers(1000, 9) }),
      /parts was not trained on these pairs: found 900 pairs of numbers, expected the 900 of numbers/,
    );
  });

  it('refuses texts of which no word comes often enough, and attention to one-hot vectors', async () => {
    const data = { name: 'rare', examples: [{ source: 'one', target: 'eins' }] };
    const rare = { settings: { ...settings, minCount: 2, valFraction: 0 }, data };
    await expectInputError(trainInto('rare', rare), /no word of the texts comes 2 times.*minCount/);
    const oneHot = { start: { ...start, embedding: 0 } };
    await expectInputError(trainInto('one-hot', oneHot), /attention reads beside word vectors: found embedding 0/);
  });
});

describe('a translator', () => {
  it('refuses a beam that is wider than its model has room for', async () => {
    const translator = await load('learnt-true');
    expect(translator.translate(['n1'], { beam: 192, lengthPenalty: 1 })).toHaveLength(1);
    expect(() => translator.translate(['n1'], { beam: 193, lengthPenalty: 1 })).toThrow(
      'the beam is too wide: found 193, expected at most 192',
    );
  });

  it('gives nothing for nothing, and each text its own translation in whatever company', async () => {
    const translator = await load('learnt-true');
    const texts = ['n1 n2', '', 'n3', 'n0 n4 n0 n1', '  ', 'n2'];
    const together = translator.translate(texts).map(({ text }) => text);
    expect(together).toEqual(['zwei eins', '', 'drei', 'eins null vier null', '', 'zwei']);
    expect(texts.map((text) => translator.translate([text])[0]!.text)).toEqual(together);
    const many = Array.from({ length: 100 }, (_, i) => texts[i % texts.length]!);
    expect(translator.translate(many, { beam: 3, lengthPenalty: 1 }).map(({ text }) => text)).toEqual(
      many.map((_, i) => together[i % texts.length]),
    );
  });

  it('looks at each word when it writes its translation', async () => {
    const { source, target, weights } = (await load('learnt-true')).align('n0 n1 n2 n3', 'drei zwei eins null')!;
    expect(source).toEqual(['n0', ' n1', ' n2', ' n3']);
    expect(target).toEqual(['drei', ' zwei', ' eins', ' null', '']);
    for (const row of weights) expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    expect((await load('learnt-false')).align('n0', 'null')).toBeUndefined();
  });

  it('has a report with what it writes and where it looked', async () => {
    await writeTranslationReport(join(root, 'learnt-true'), { validation: numbers(30, 3).examples }, wasm);
    const report = await readFile(join(root, 'learnt-true', 'report.html'), 'utf8');
    expect(report).toMatch(
      /BLEU.*How it went.*What it writes.*Best and worst.*What was trained.*reads in both directions/s,
    );
  });

  it('is refused by name where a file does not belong to it', async () => {
    await trainInto('broken', { settings: { ...settings, epochs: 0.1 } });
    await writeFile(join(root, 'broken', 'source', 'vocabulary.json'), '["a"]');
    await expectInputError(load('broken'), /source\/vocabulary\.json does not belong to config\.json/);
  });
});

it('a training of a translator stops wherever it is asked to, and goes on from there', async () => {
  const training = { engine: wasm, data: numbers(60), settings: { ...settings, epochs: 2 }, start };
  await expectToStopAnywhere<DataSplit<Pair>>(join(root, 'stops'), {
    train: (hooks) => trainTranslator({ ...training, ...hooks }),
    resume: (hooks) => resumeTranslator({ ...training, ...hooks }),
    writeReport: (folder, split, signal) => writeTranslationReport(folder, split, wasm, { signal }),
  });
});
