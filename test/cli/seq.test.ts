import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linesOf, opinions, parities, taggedLinesOf } from '../sequences/small-sequences.ts';
import { checkpointIn, temporaryFolder } from '../training/small-training.ts';
import { type Ended, oneLine, runProgram } from './run-program.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const path = (name: string) => join(root, name);
const SMALL = [
  '--hidden',
  '16',
  '--embedding',
  '8',
  '--batch',
  '10',
  '--lr',
  '0.02',
  '--dropout',
  '0',
  '--blas',
  'wasm',
];
const seq = (...args: string[]) => runProgram('seq', args);

/** `seq train` into a folder of `root`. */
const train = (data: string, out: string, ...args: string[]): Promise<Ended> =>
  seq('train', path(data), '--out', path(out), ...SMALL, ...args);

const configOf = async (out: string) => JSON.parse(await readFile(join(path(out), 'config.json'), 'utf8'));

function expectDone({ code, stderr }: Ended): void {
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
}

function expectLine(ended: Ended, message: RegExp, code = 1): void {
  expect(ended).toEqual({ code, stdout: '', stderr: expect.stringMatching(oneLine('seq', message)) });
}

beforeAll(async () => {
  await writeFile(path('opinions.tsv'), linesOf(opinions(200)));
  await writeFile(path('test.tsv'), linesOf(opinions(100, 2)));
  await writeFile(path('tags.tsv'), taggedLinesOf(parities(200)));
  expectDone(await train('opinions.tsv', 'model', '--bidirectional', '--quiet'));
});

describe('seq train', () => {
  it('says what it learns from, how well, and what simpler ways make of it, and leaves a report', async () => {
    const ended = await train('opinions.tsv', 'said', '--val-file', path('test.tsv'), '--epochs', '2', '--pool', 'max');
    expectDone(ended);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(/200 sequences, \d+ different words, 2 labels; .* measured on 100: test\.tsv/);
    expect(ended.stderr).toMatch(
      /done: accuracy 0\.\d+ on test\.tsv \(most frequent label 0\.\d+, naive Bayes 0\.\d+\)/,
    );
    expect((await configOf('said')).shape).toMatchObject({ writes: 'max', bidirectional: false });
    const report = await readFile(join(path('said'), 'report.html'), 'utf8');
    expect(report).toMatch(
      /How it went.*Label by label.*Mistakes.*Beside simpler ways.*naive Bayes.*What was trained/s,
    );
    expect((await readdir(path('said'))).sort()).toEqual([
      'config.json',
      'log.jsonl',
      'report.html',
      'training-state.safetensors',
      'vocabulary.json',
      'weights.safetensors',
    ]);
  });

  it('interrupted says how to go on, and going on ends as if it had not been', async () => {
    const args = ['--epochs', '5', '--seed', '3'];
    let stopped = false;
    const ended = await runProgram('seq', ['train', path('opinions.tsv'), '--out', path('parts'), ...SMALL, ...args], {
      onStderr(text, child) {
        if (!stopped && text.includes('validation')) child.kill('SIGINT');
        stopped ||= text.includes('validation');
      },
    });
    expect(ended.code).toBe(130);
    expect(ended.stderr).toMatch(
      /stopped at update \d+, saved; go on with `.*seq.js train .*opinions\.tsv --out .* --resume`/,
    );
    expectDone(
      await seq('train', path('opinions.tsv'), '--out', path('parts'), '--resume', '--quiet', '--blas', 'wasm'),
    );
    expectDone(await train('opinions.tsv', 'whole', ...args, '--quiet'));
    expect(await checkpointIn(path('parts'))).toEqual(await checkpointIn(path('whole')));
  });

  it('--folds measures as many models, each on a part that it has not seen, labels that come there alone too', async () => {
    await writeFile(path('rare.tsv'), `${await readFile(path('opinions.tsv'), 'utf8')}good\trare\n`);
    const { stdout, stderr, code } = await train('rare.tsv', 'folds', '--folds', '3', '--epochs', '1');
    expect(code, stderr).toBe(0);
    expect(stderr.match(/fold \d of 3: accuracy/g)).toHaveLength(3);
    expect(stdout).toMatch(/^the model\t\d\.\d{4} ± \d\.\d{4}\nmost frequent label\t.*\nnaive Bayes\t.*\n$/);
    const { folds } = JSON.parse(await readFile(join(path('folds'), 'cross-validation.json'), 'utf8'));
    expect(folds).toHaveLength(3);
    const { data } = JSON.parse(await readFile(join(path('folds'), 'fold-1', 'config.json'), 'utf8'));
    expect(data.training + data.validation).toBe(134);
  });

  it.each([
    ['one\t1\ntwo\t1\n', [], /there is nothing to tell apart in bad\.tsv: found only the label "1"/],
    ['one\t1\ntwo\n', [], /.*bad\.tsv has an odd line: found no tab in line 2,.*--skip-odd/],
    ['', [], /there is nothing to read in .*bad\.tsv: found an empty file/],
    ['one\t1\ntwo\t2\n', ['--val-file', '/none.tsv'], /cannot read the file \/none\.tsv: found no such file/],
    ['one\t1\ntwo\t2\n', ['--folds', '2'], /bad\.tsv has too few sequences for 2 folds: found 2/],
    ['one\t1\ntwo\t2\n', ['--task', 'tag', '--val-fraction', '0.5'], /there is nothing to tell apart in bad\.tsv/],
  ])('refuses %j with %j', async (content, args, message) => {
    await writeFile(path('bad.tsv'), content);
    expectLine(await train('bad.tsv', 'bad', ...args, '--quiet'), message);
  });

  it('refuses labels in --val-file that were never seen in training', async () => {
    await writeFile(path('new.tsv'), 'good\tpos\ngood\tgreat\n');
    const ended = await train('opinions.tsv', 'new', '--val-file', path('new.tsv'), '--quiet');
    expectLine(ended, /new\.tsv has an odd sequence: found the unlearned label "great" in sequence 2, expected one/);
  });

  it('leaves odd lines out by --skip-odd and says which', async () => {
    await writeFile(path('odd.tsv'), `no label\n${linesOf(opinions(50))}`);
    const ended = await train('odd.tsv', 'odd', '--skip-odd', '--epochs', '1', '--quiet');
    expectDone(ended);
    expect(ended.stderr).toMatch(/^.*odd\.tsv: left out 1 odd line 1: no tab\n$/);
  });

  it.each([
    [['--resume', '--hidden', '9'], /--hidden can't be given with --resume/],
    [['--folds', '1'], /.*Expected an integer of at least 2/],
    [['--pool', 'median'], /.*Allowed choices are last, mean, max/],
    [['--task', 'translation'], /.*Allowed choices are classify, tag/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await seq('train', path('opinions.tsv'), '--out', path('no'), ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('does not train over a model', async () => {
    expectLine(await train('opinions.tsv', 'model', '--quiet'), /.*model holds a model already/);
  });
});

describe('seq predict', () => {
  it('labels each line of files or of standard input', async () => {
    const input = Buffer.from('the film is not bad\n\nthe film is bad\n');
    const { stdout, code } = await runProgram('seq', ['predict', '--model', path('model'), '--quiet'], { input });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^pos\t[01]\.\d{4}\tthe film is not bad\n\nneg\t[01]\.\d{4}\tthe film is bad\n$/);
    await writeFile(path('in.txt'), input);
    expect((await seq('predict', path('in.txt'), '--model', path('model'), '--quiet')).stdout).toBe(stdout);
    await writeFile(path('in.csv'), 'id,text\n1,the film is not bad\n2,\n3,"the film\nis bad"\n');
    expect((await seq('predict', path('in.csv'), '--model', path('model'), '--quiet')).stdout).toBe(stdout);
  });

  it('says nothing about nothing', async () => {
    expect(await seq('predict', '--model', path('model'), '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('--explain names the words that moved it, --json says all of it', async () => {
    const args = ['predict', '--model', path('model'), '--text', 'the film is not bad', '--quiet', '--explain'];
    expect((await seq(...args)).stdout).toMatch(
      /^pos\t.*\tthe film is not bad\t[+−]\d+\.\d\d (not|bad), [+−]\d+\.\d\d .*\n$/,
    );
    const said = JSON.parse((await seq(...args, '--json')).stdout);
    expect(said).toMatchObject({ text: 'the film is not bad', label: 'pos', words: expect.any(Array) });
    expect(said.probabilities.pos).toBe(said.probability);
    expect(said.probabilities.pos + said.probabilities.neg).toBeCloseTo(1, 5);
  });

  it.each([
    [['--model', '/none'], /no model at \/none: found nothing there/, 1],
    [['--skip-odd'], /--skip-odd does not apply to a model of words, which reads every line/, 2],
    [['--tfjs', 'wasm'], /--tfjs does not apply to a model that reads no pictures/, 2],
    [['/none.txt'], /cannot read the file \/none\.txt: found no such file/, 1],
  ])('refuses %j', async (args, message, code) => {
    expectLine(await seq('predict', '--model', path('model'), '--quiet', ...args), message, code);
  });
});

describe('seq evaluate and info', () => {
  it('refuses what a model without pictures leaves without effect', async () => {
    const ended = await seq('evaluate', path('test.tsv'), '--model', path('model'), '--cnn-backend', 'wasm', '--quiet');
    expectLine(ended, /--cnn-backend does not apply to a model that reads no pictures/, 2);
  });

  it('measures a model, label by label', async () => {
    const args = ['evaluate', path('test.tsv'), '--model', path('model'), '--quiet'];
    const { stdout, code } = await seq(...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^labels +100\naccuracy +[01]\.\d{4}\n[\s\S]*\nneg +\d+ +[01]\.\d{4}/m);
    const page = path('evaluation.html');
    const reported = await seq(...args.slice(0, -1), '--json', '--report', page);
    expect(reported.stderr).toMatch(/(^|\n)written: .*evaluation\.html\n$/);
    const json = JSON.parse(reported.stdout);
    expect(json.accuracy).toBeGreaterThan(0.95);
    expect(json.confusion.flat().reduce((sum: number, n: number) => sum + n, 0)).toBe(100);
  });

  it('refuses a label that was never seen in training, or leaves it out by --skip-odd', async () => {
    await writeFile(path('unseen.tsv'), 'good\tmeh\nbad\tneg\n');
    const args = ['evaluate', path('unseen.tsv'), '--model', path('model'), '--quiet'];
    const refused =
      /unseen\.tsv has an odd sequence: found the unlearned label "meh" in sequence 1, expected one of "(pos", "neg|neg", "pos)"/;
    expectLine(await seq(...args), refused);
    const { stdout, stderr } = await seq(...args, '--skip-odd');
    expect(stdout).toMatch(/^labels +1\n/);
    expect(stderr).toMatch(/^unseen\.tsv: left out 1 odd sequence 1: the unlearned label "meh"\n$/);
  });

  it('tells what a model is', async () => {
    const { stdout, code } = await seq('info', path('model'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'sequence',
      task: 'classify',
      vocabulary: { first: expect.arrayContaining(['<unk>', 'not']) },
    });
  });
});

describe('seq --task tag', () => {
  it('learns tags, says them token by token, and is measured', async () => {
    const ended = await train('tags.tsv', 'tagger', '--task', 'tag', '--epochs', '25');
    expectDone(ended);
    expect(ended.stderr).toMatch(/most frequent tag of each word 0\.\d+/);
    const input = Buffer.from('a\nb\na\n\nb\n');
    const { stdout, stderr } = await runProgram('seq', ['predict', '--model', path('tagger'), '--quiet'], { input });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^a\todd\t0\.\d+\nb\todd\t0\.\d+\na\teven\t0\.\d+\n\nb\teven\t[01]\.\d+\n\n$/);
    const scores = await seq('evaluate', path('tags.tsv'), '--model', path('tagger'), '--json', '--quiet');
    expect(JSON.parse(scores.stdout).accuracy).toBeGreaterThan(0.97);
    const text = await seq('predict', '--text', 'A b', '--model', path('tagger'), '--quiet');
    expect(text.stdout).toMatch(/^A\todd\t0\.\d+\nb\todd\t0\.\d+\n\n$/);
    const refused = await seq('predict', '--explain', '--model', path('tagger'), '--quiet');
    expectLine(refused, /--explain is for texts: found a model that reads something else/, 2);
  });
});
