import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languagePresets } from '../../src/language/presets.ts';
import { TEXT } from '../language/small-language.ts';
import { checkpointIn, temporaryFolder } from '../training/small-training.ts';
import { type Ended, oneLine, runProgram } from './run-program.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const text = join(root, 'text.txt');
const SMALL = ['--hidden', '16', '--layers', '1', '--batch', '8', '--steps', '10', '--blas', 'wasm'];

beforeAll(() => writeFile(text, TEXT));

/** `lm train` into a folder of `root`. */
function train(out: string, ...args: string[]): Promise<Ended> {
  return runProgram('lm', ['train', '--out', join(root, out), ...args]);
}

async function configOf(out: string) {
  return JSON.parse(await readFile(join(root, out, 'config.json'), 'utf8'));
}

function expectDone({ code, stdout, stderr }: Ended): void {
  expect({ code, stdout, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
}

function expectLine(ended: Ended, message: RegExp, code = 1): void {
  expect(ended).toEqual({ code, stdout: '', stderr: expect.stringMatching(oneLine('lm', message)) });
}

describe('lm train --preset', () => {
  it('takes the settings and the shape of the preset, but for what is given', async () => {
    expectDone(await train('preset', text, '--preset', 'min-char-rnn', '--hidden', '10', '--epochs', '0.5', '--quiet'));
    const { settings, shape } = await configOf('preset');
    const preset = languagePresets['min-char-rnn'];
    expect(settings).toEqual({ ...preset.settings, epochs: 0.5 });
    expect(shape).toMatchObject({ ...preset.shape, hidden: 10 });
  });

  it('char-rnn may be split as char-rnn does, and says so', async () => {
    const few = ['--batch', '5', '--steps', '10', '--epochs', '0.2', '--hidden', '10'];
    const ended = await train('char-rnn', text, '--preset', 'char-rnn', '--split', 'char-rnn', ...few);
    expectDone(ended);
    expect(ended.stderr).toContain('on the last 5 % of each of 5 streams');
    const { settings, scores } = await configOf('char-rnn');
    expect(settings).toMatchObject({ split: 'char-rnn', valFraction: 0.05, clipping: { by: 'value', limit: 5 } });
    expect(scores.split).toBe('the last 5 % of each of 5 streams');
  });

  it('that holds nothing out does so where a split is asked for; what is about none is refused', async () => {
    const few = ['--epochs', '0.1', '--hidden', '10'];
    const ended = await train('min', text, '--preset', 'min-char-rnn', '--split', 'char-rnn', ...few);
    expectDone(ended);
    expect(ended.stderr).toContain('validation on the last 5 % of the text');
    for (const [args, message] of [
      [['--preset', 'min-char-rnn', '--patience', '2'], /--patience does not apply to a preset that leaves nothing to/],
      [
        ['--val-fraction', '0', '--split', 'end'],
        /--split does not apply to --val-fraction 0, which leaves nothing to/,
      ],
    ] as const) {
      expectLine(await train('no', text, ...args), message, 2);
    }
  });

  it('is refused with a model that has a shape', async () => {
    expectLine(
      await train('no', text, '--preset', 'large', '--continue', root),
      /--preset can't be given with --cont/,
      2,
    );
  });
});

describe('lm train reads', () => {
  it('all files in a folder, and other files for validation', async () => {
    const folder = join(root, 'book');
    await mkdir(folder);
    await writeFile(join(folder, '1.txt'), TEXT);
    await writeFile(join(folder, '2.txt'), TEXT.toUpperCase());
    const ended = await train('folder', folder, '--val-file', text, '--epochs', '0.3', ...SMALL);
    expectDone(ended);
    expect(ended.stderr).toContain('5,400 characters');
    const config = await configOf('folder');
    expect(config.text).toMatchObject({ files: ['book'], validation: { files: ['text.txt'], tokens: 2700 } });
    expect(config.scores.split).toBe('text.txt');
    expect(await readdir(join(root, 'folder'))).not.toContain('text.ids');
  });

  it('words, and writes them', async () => {
    expectDone(await train('words', text, '--level', 'word', '--epochs', '20', '--lr', '0.02', '--quiet', ...SMALL));
    const { level, shape, settings } = await configOf('words');
    expect({ level, embedding: shape.embedding, minCount: settings.minCount }).toEqual({
      level: 'word',
      embedding: 16,
      minCount: 3,
    });
    const written = await runProgram('lm', [
      ...['sample', '--model', join(root, 'words'), '--prime', 'The quick', '--length', '7', '--temperature', '0'],
      ...['--quiet', '--blas', 'wasm'],
    ]);
    expect(written).toEqual({ code: 0, stderr: '', stdout: 'The quick brown fox jumps over\nthe lazy\n' });
  });

  it('nothing for validation, if so asked, and keeps the last weights', async () => {
    const ended = await train('all', text, '--val-fraction', '0', '--epochs', '1', ...SMALL);
    expectDone(ended);
    expect(ended.stderr).toMatch(/\ndone: the last weights are in .*all, with report\.html/);
    expect((await configOf('all')).scores).toEqual({ iteration: 33 });
    expect(await readFile(join(root, 'all', 'report.html'), 'utf8')).toContain('nothing was held out for validation');
  });
});

describe('lm train --continue', () => {
  it('starts from the weights of a model, on a text with new characters', async () => {
    const other = join(root, 'other.txt');
    await writeFile(other, TEXT.replaceAll('fox', 'ƒöx'));
    expectDone(await train('first', text, '--epochs', '20', '--lr', '0.02', '--quiet', ...SMALL));
    const [, ...options] = [...SMALL.slice(3)];
    const ended = await train('second', other, '--continue', join(root, 'first'), '--epochs', '1', ...options);
    expectDone(ended);
    // It is measured before the first update: what it knows of the other text, it knows from the first.
    expect(ended.stderr).toMatch(/^epoch 0\.00 {2}validation: loss [01]\.\d/m);
    const [before, after] = [await configOf('first'), await configOf('second')];
    expect(after.shape).toEqual({ ...before.shape, vocabulary: before.shape.vocabulary + 2 });
    expect(after.continued).toEqual({ files: ['text.txt'], tokens: 2700 });
  });
});

describe('lm train that was killed', () => {
  it('goes on bit for bit, whatever it was trained on and killed in', async () => {
    const how = [
      '--level',
      'byte',
      '--split',
      'char-rnn',
      '--val-fraction',
      '0.2',
      '--dropout',
      '0.3',
      '--epochs',
      '12',
    ];
    expectDone(await train('whole', text, ...how, ...SMALL));
    let killed = false;
    const ended = await runProgram('lm', ['train', text, '--out', join(root, 'killed'), ...how, ...SMALL], {
      onStderr(written, child) {
        if (!killed && written.includes('epoch 3.00')) killed = child.kill('SIGKILL');
      },
    });
    expect(ended.code).toBe(null);
    expectDone(await train('killed', text, '--resume', '--quiet', '--blas', 'wasm'));
    expect(await checkpointIn(join(root, 'killed'))).toEqual(await checkpointIn(join(root, 'whole')));
    const weights = (folder: string) => readFile(join(root, folder, 'weights.safetensors'), 'latin1');
    expect(await weights('killed')).toBe(await weights('whole'));
  });
});

describe('lm train has one line for', () => {
  const quiet = [...SMALL, '--quiet'];

  async function trainOn(content: string | Uint8Array, ...args: string[]): Promise<Ended> {
    const file = join(root, 'bad.txt');
    await writeFile(file, content);
    return train('bad', file, ...quiet, ...args);
  }

  it('a text of one character', async () => {
    expectLine(
      await trainOn('z'.repeat(5000)),
      /there is nothing to learn in .*bad\.txt: found only the character "z"/,
    );
  });

  it('a text that is shorter than the batch needs', async () => {
    expectLine(
      await trainOn('abc'),
      /the text is too short for batches of 8: found 3 characters for .* a smaller --batch or another --val-fraction/,
    );
  });

  it('a text that is not UTF-8, which can be read as bytes', async () => {
    const latin1 = Buffer.from(`${TEXT}caf\xe9`, 'latin1');
    expectLine(await trainOn(latin1), /.*bad\.txt is not UTF-8 text: found the byte 0xe9 at position 2703, in line 61/);
    expectDone(await trainOn(latin1, '--level', 'byte', '--epochs', '0.1'));
    await rm(join(root, 'bad'), { recursive: true });
  });

  it('a loss that is no number any more, and keeps a model', async () => {
    const wild = ['--lr', '1e38', '--clip', '0', '--optimizer', 'sgd'];
    expectLine(await trainOn(TEXT, ...wild), /the loss at update \d+ is not a number any more: .* Use a smaller --lr/);
    expect(await readdir(join(root, 'bad'))).toContain('weights.safetensors');
    await rm(join(root, 'bad'), { recursive: true });
  });

  it('options that exclude each other', async () => {
    expect(await train('no', text, '--val-file', text, '--split', 'end')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^lm: option '--val-file <file>' cannot be used with option '--split <split>'/),
    });
  });
});
