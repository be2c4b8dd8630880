import { spawn } from 'node:child_process';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { languageConfigSchema } from '../../src/language/config.ts';
import type { LanguageData } from '../../src/language/data.ts';
import { hashOfSequence, KnownSequences } from '../../src/language/known-sequences.ts';
import { writeLanguageReport } from '../../src/language/report.ts';
import { sampleText } from '../../src/language/sample.ts';
import { languageTask } from '../../src/language/task.ts';
import { TextModel } from '../../src/language/text-model.ts';
import { resumeLanguageModel, trainLanguageModel } from '../../src/language/train.ts';
import { loadModel } from '../../src/model/model-folder.ts';
import { END } from '../../src/text/special-tokens.ts';
import { tokenizers } from '../../src/text/tokenizer.ts';
import { expectInputError } from '../input-error.ts';
import { checkpointIn, logIn, stopAfter, temporaryFolder } from '../training/small-training.ts';
import { expectToStopAnywhere } from '../training/stop-anywhere.ts';
import { openSmallText, smallTraining, TEXT } from './small-language.ts';

const engine = await openEngine('wasm');
const root = await temporaryFolder();
afterAll(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

describe('a language model', () => {
  it('learns a text: its loss falls far below that of the character frequencies, and it writes the text', async () => {
    const settings = { epochs: 20, evaluateEvery: 0, dropout: 0 };
    const training = await smallTraining(engine, root, 'learned', settings, { layers: 1, hidden: 64 });
    const { progress } = await trainLanguageModel(training);
    const loss = progress.best?.scores['loss'] ?? Number.NaN;
    expect(unigramEntropy(TEXT)).toBeGreaterThan(2.9);
    expect(loss).toBeLessThan(0.1);

    const { model, vocabulary } = await loadModel(training.folder, engine, languageConfigSchema);
    const sample = sampleText(model, vocabulary, {
      random: new Random(1),
      temperature: 0,
      prime: 'The quick brown fox',
      tokenizer: tokenizers.char,
    });
    expect(Array.from({ length: 26 }, () => sample.next().value?.token).join('')).toBe(' jumps over\nthe lazy dog. ');
  });
});

it('a training that can not begin leaves nothing of what came through a pipe', async () => {
  const training = await smallTraining(engine, root, 'nothing');
  const pipe = { name: 'pipe', blocks: Readable.from([Buffer.from('aaaa')]) };
  await expectInputError(trainLanguageModel({ ...training, files: [pipe] }), /there is nothing to learn in/);
  expect(await readdir(training.folder)).toEqual([]);
});

it('a training of a language model stops wherever it is asked to, and goes on from there', async () => {
  const training = await smallTraining(engine, root, 'stops', { epochs: 1, evaluateEvery: 10 });
  await expectToStopAnywhere<LanguageData>(training.folder, {
    train: (hooks) => trainLanguageModel({ ...training, ...hooks }),
    resume: (hooks) => resumeLanguageModel({ ...training, ...hooks }),
    writeReport: (folder, text, signal) => writeLanguageReport(folder, text, engine, { signal }),
  });
});

describe('training a language model', () => {
  it('keeps the best weights in a folder, with their scores', async () => {
    const training = await smallTraining(engine, root, 'kept');
    const started: unknown[] = [];
    training.onStart = (...args) => started.push(...args);
    const { progress } = await trainLanguageModel(training);

    expect((await readdir(training.folder)).toSorted()).toEqual([
      'config.json',
      'log.jsonl',
      'training-state.safetensors',
      'vocabulary.json',
      'weights.safetensors',
    ]);
    const { model, vocabulary, config } = await loadModel(training.folder, engine, languageConfigSchema);
    expect(started).toEqual([{ ...config, scores: {} }, model.size]);
    expect(config).toMatchObject({ settings: training.settings, text: { files: ['text.txt'], tokens: TEXT.length } });
    expect(config.scores).toEqual({
      ...progress.best?.scores,
      split: 'the last 10 % of the text',
      iteration: progress.best?.iteration,
    });
    const text = await openSmallText(training.files, root, training.settings);
    expect(text.vocabulary.tokens).toEqual(vocabulary.tokens);
    const task = languageTask(model, text, training.settings);
    expect(runAtOnce(task.validate()).scores).toEqual(progress.best?.scores);
  });

  it('is the same again for the same seed, and another one for another', async () => {
    const [one, same, other] = [await trained('seed1', 1), await trained('seed1-again', 1), await trained('seed2', 2)];
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  async function trained(folder: string, seed: number) {
    await trainLanguageModel(await smallTraining(engine, root, folder, { seed, epochs: 0.5 }));
    return checkpointIn(join(root, folder));
  }
});

describe('a language model training that was cut off and resumed ends bit for bit as the uninterrupted one', () => {
  const whole = join(root, 'whole');

  async function expectSameAsWhole(folder: string): Promise<void> {
    const training = await smallTraining(engine, root, 'whole');
    if (!(await readdir(whole).catch(() => undefined))) await trainLanguageModel(training);
    const [found, expected] = await Promise.all([folder, whole].map((f) => loadModel(f, engine, languageConfigSchema)));
    expect(found?.config).toEqual(expected?.config);
    expect(await checkpointIn(folder)).toEqual(await checkpointIn(whole));
    expect(await logIn(folder)).toEqual(await logIn(whole));
    for (const file of ['vocabulary.json', 'weights.safetensors']) {
      expect(await readFile(join(folder, file), 'latin1')).toBe(await readFile(join(whole, file), 'latin1'));
    }
  }

  it('by a signal', async () => {
    const training = await smallTraining(engine, root, 'stopped');
    await trainLanguageModel({ ...training, ...stopAfter(3) });
    await resumeLanguageModel({ ...training, ...stopAfter(22) });
    expect((await resumeLanguageModel(training)).interrupted).toBe(false);
    await expectSameAsWhole(training.folder);
  });

  it('of words, validated on another file, stopped in the middle of a pass', async () => {
    const held = join(root, 'held.txt');
    await writeFile(held, TEXT.toUpperCase());
    const training = {
      ...(await smallTraining(engine, root, 'words', { valFraction: 0, minCount: 2, epochs: 6, batch: 4 })),
      validationFiles: [held],
      start: { level: 'word', shape: { cell: 'gru', layers: 1, hidden: 12, embedding: 8 } },
    } as const;
    await trainLanguageModel(training);
    const whole = await checkpointIn(training.folder);
    const stopped = { ...training, folder: join(root, 'words-stopped') };
    await trainLanguageModel({ ...stopped, ...stopAfter(7) });
    expect(await readdir(stopped.folder)).toEqual(expect.arrayContaining(['text.ids', 'validation.ids']));
    await resumeLanguageModel({ ...stopped, ...stopAfter(19) });
    // The ids can be made again.
    await rm(join(stopped.folder, 'text.ids'));
    await resumeLanguageModel(stopped);
    expect(await checkpointIn(stopped.folder)).toEqual(whole);
    await expectInputError(
      resumeLanguageModel({ ...stopped, validationFiles: undefined }),
      /was not trained on this text/,
    );
  });

  it('of sequences, in the middle of a pass; it keeps what it has learned from, as hashes', async () => {
    const { training: learned, ...training } = await sequenceTraining('lines');
    await trainLanguageModel(training);
    const known = (await KnownSequences.read(training.folder))!;
    expect(learned.every((text) => known.has([...text]))).toBe(true);
    const stopped = { ...training, folder: join(root, 'lines-stopped') };
    await trainLanguageModel({ ...stopped, ...stopAfter(7) });
    await resumeLanguageModel(stopped);
    expect(await checkpointIn(stopped.folder)).toEqual(await checkpointIn(training.folder));
    expect(await readFile(join(stopped.folder, 'weights.safetensors'), 'latin1')).toBe(
      await readFile(join(training.folder, 'weights.safetensors'), 'latin1'),
    );
    await writeFile(training.files[0]!, 'emma\nava\n');
    await expectInputError(resumeLanguageModel(stopped), /was not trained on this text/);
  });

  it('by kill -9, before the first validation and later', async () => {
    const training = await smallTraining(engine, root, 'killed');
    await killAfter(3, 'killed');
    await killAfter(13, 'killed', 'resume');
    await resumeLanguageModel(training);
    await expectSameAsWhole(training.folder);
  });
});

/** Twenty-four names, of which each comes four times, that end by the letter they begin with. */
const NAMES = Array.from({ length: 96 }, (_, i) => {
  const letter = 'abcdefghijklmnopqrstuvwx'[i % 24]!;
  return `${letter}${'yz'.repeat(1 + (i % 2))}${letter}`;
});

async function sequenceTraining(folder: string) {
  const training = await smallTraining(engine, root, folder, {
    sequences: { are: 'lines' },
    valFraction: 0.2,
    epochs: 3,
    evaluateEvery: 0,
  });
  training.files = [join(root, `${folder}.txt`)];
  await writeFile(training.files[0]!, NAMES.join('\n'));
  return { ...training, training: NAMES.filter((name) => hashOfSequence([...name]) >= 0.2 * 2 ** 32) };
}

describe('a model of sequences', () => {
  it('says what it is in its config, beside the split of its scores, and learns where sequences end', async () => {
    const training = await sequenceTraining('names');
    await trainLanguageModel({ ...training, settings: { ...training.settings, epochs: 60, dropout: 0, keep: 'last' } });
    const model = await TextModel.load(training.folder, engine);
    const { text, settings, scores } = model.config;
    expect(settings.sequences).toEqual({ are: 'lines' });
    const validation = NAMES.length - training.training.length;
    expect(text.sequences).toEqual({ training: training.training.length, validation, longest: 6 });
    expect(scores['split']).toBe(`${validation} lines held out by their hashes`);
    const right = training.training.filter((name) => {
      const pieces = model.write({ prime: name.slice(0, -1), temperature: 0, random: new Random(1) });
      return [...pieces].map((piece) => piece.text).join('') === name.at(-1);
    });
    expect(right.length / training.training.length).toBeGreaterThan(0.9);
  }, 30_000);

  it('goes on with other sequences, and knows those from before; a model of a text can become one, not the reverse', async () => {
    const first = await sequenceTraining('first');
    await trainLanguageModel(first);
    const start = await TextModel.load(first.folder, engine);
    const second = await sequenceTraining('second');
    await writeFile(second.files[0]!, 'jxj\nkyk\nlzl\nmxm\n');
    const settings = { ...second.settings, valFraction: 0 };
    await trainLanguageModel({ ...second, settings, start });
    const goneOn = await TextModel.load(second.folder, engine);
    const elsewhere = join(root, 'elsewhere');
    await goneOn.save(elsewhere);
    const all = (await KnownSequences.read(elsewhere))!;
    expect(['jxj', first.training[0]!, 'jyyj'].map((text) => all.has([...text]))).toEqual([true, true, false]);

    const asText = await smallTraining(engine, root, 'as-text');
    await expectInputError(
      trainLanguageModel({ ...asText, start }),
      /a model of sequences can go on with sequences alone/,
    );
    await trainLanguageModel({ ...asText, settings: { ...asText.settings, epochs: 0.2 } });
    const text = await TextModel.load(asText.folder, engine);
    await trainLanguageModel({ ...second, folder: join(root, 'from-text'), start: text, settings });
    const { vocabulary } = await TextModel.load(join(root, 'from-text'), engine);
    expect(vocabulary.tokens.slice(0, text.vocabulary.size)).toEqual(text.vocabulary.tokens);
    expect(vocabulary.tokens.at(text.vocabulary.size)).toBe(END);
  });
});

it('a training of a model of sequences stops wherever it is asked to, and goes on from there', async () => {
  const training = await sequenceTraining('stops-lines');
  await expectToStopAnywhere<LanguageData>(training.folder, {
    train: (hooks) => trainLanguageModel({ ...training, ...hooks }),
    resume: (hooks) => resumeLanguageModel({ ...training, ...hooks }),
    writeReport: (folder, data, signal) => writeLanguageReport(folder, data, engine, { signal }),
  });
});

describe('training a language model fails with one clear line', () => {
  it('when the text is too short', async () => {
    const training = await smallTraining(engine, root, 'short');
    await writeFile(training.files[0] ?? '', TEXT.slice(0, 100));
    await expectInputError(
      trainLanguageModel(training),
      'the text is too short for batches of 8: found 90 characters for training and 10 for validation, ' +
        'expected at least 16 and 16. Give more text, a smaller batch or another valFraction.',
    );
    await expectInputError(
      trainLanguageModel({ ...training, settings: { ...training.settings, split: 'char-rnn', steps: 10 } }),
      'the text is too short for batches of 8 × 10 characters: found 100 characters, ' +
        'expected at least 161, to hold out a share of 0.1. Give more text, a smaller batch or fewer steps.',
    );
    expect(await readdir(training.folder).catch(() => 'nothing made')).toBe('nothing made');
  });

  it('when it blows up, and keeps a model that can be used', async () => {
    const training = await smallTraining(engine, root, 'blown-up', { learningRate: 1e38, clipping: undefined });
    await expectInputError(trainLanguageModel(training), /is not a number any more: found a learning rate of 1e\+38/);
    await expect(loadModel(training.folder, engine, languageConfigSchema)).resolves.toBeDefined();
  });

  it('when the model can not be written', async () => {
    const training = await smallTraining(engine, root, 'text.txt');
    await expectInputError(
      trainLanguageModel(training),
      /^cannot write .*text\.txt.text\.ids: found a file where its folder is to be/,
    );
  });

  it('when it is resumed with another text, even one of the same pattern', async () => {
    const training = await smallTraining(engine, root, 'other-text');
    await trainLanguageModel({ ...training, ...stopAfter(1) });
    for (const other of [`${TEXT}!`, TEXT.replaceAll('q', 'Q')]) {
      const file = join(root, 'other.txt');
      await writeFile(file, other);
      await expectInputError(
        resumeLanguageModel({ ...training, files: [file] }),
        /other-text was not trained on this text: found .*other\.txt with other content, expected text\.txt as it was\./,
      );
    }
  });

  it('when there is no training to resume', async () => {
    const training = await smallTraining(engine, root, 'nothing-here');
    await expectInputError(resumeLanguageModel(training), /^no model at .*nothing-here: found nothing there/);
    await cp(join(root, 'kept'), training.folder, { recursive: true });
    await rm(join(training.folder, 'training-state.safetensors'));
    await expectInputError(resumeLanguageModel(training), /training-state\.safetensors/);
  });
});

/** Trains in a process of its own and kills it, without a chance to clean up, once it has made so many updates. */
async function killAfter(updates: number, ...args: string[]): Promise<void> {
  const script = fileURLToPath(new URL('train-child.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, root, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  for await (const line of createInterface(child.stdout)) if (Number(line) >= updates) child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
}

/** The loss in nats of a model that knows nothing but how often each character comes. */
function unigramEntropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / text.length);
  return -shares.reduce((sum, p) => sum + p * Math.log(p), 0);
}
