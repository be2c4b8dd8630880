import { exec } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { temporaryFolder } from '../training/small-training.ts';
import { oneLine, runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const [english, german, both, model, plain] = ['english', 'german', 'both', 'model', 'plain'].map((name) =>
  join(root, name),
) as [string, string, string, string, string];

const run = (...args: string[]) =>
  runProgram('caption', [...args, '--tfjs', 'wasm', '--blas', 'wasm'], { cache: inject('features') });
const SMALL = '--cell gru --hidden 16 --embedding 128 --threshold 1 --no-mirror'.split(' ');
const LEARN = '--epochs 300 --evaluate-every 150 --lr 0.005 --dropout 0 --smoothing 0'.split(' ');
const GERMAN: Record<string, string> = { red: 'rotes', green: 'grünes', blue: 'blaues', white: 'weißes' };
const germanOf = (colour: string) => `Ein ${GERMAN[colour]} Viereck!`;
const photo = join(english, 'val', 'red.png');

beforeAll(async () => {
  for (const [split, colours] of [
    ['train', ['red', 'green', 'blue', 'white']],
    ['val', ['red', 'blue']],
  ] as const) {
    await writeSquares(join(english, split), colours);
    await writeSquares(join(german, split), colours, germanOf);
    await writeSquares(join(both, split), colours);
    const rows = colours.flatMap((colour) => [
      `${colour}.png,a ${colour} square,EN`,
      `${colour}.png,${germanOf(colour)},de`,
    ]);
    await writeFile(join(both, split, 'metadata.csv'), `file_name,text,language\n${rows.join('\n')}\n`);
    await rm(join(both, split, 'metadata.jsonl'));
  }
  const trained = await run('train', both, '--out', model, ...SMALL, ...LEARN);
  expect(trained).toMatchObject({ code: 0 });
  expect(trained.stderr).toMatch(/both \(table\): pictures 4 train, 2 val; captions en 6, de 6\n/);
  expect(trained.stderr).toMatch(/8 captions \(both \(en\) 4, both \(de\) 4\), a vocabulary of \d+ words/);
  expect(trained.stderr).toMatch(/validation, mean: .*\n {2}both \(en\): loss .*\n {2}both \(de\): loss /);
  expect(await run('train', english, '--out', plain, ...SMALL, '--epochs', '1')).toMatchObject({ code: 0 });
}, 60_000);

const asks = (language: string) => ['--language', language];

describe('caption describe', () => {
  it('writes in the language that is asked for, by default the first, and says which in JSON', async () => {
    const said = async (...args: string[]) =>
      (await run('describe', photo, '--model', model, '--quiet', ...args)).stdout;
    expect(await said()).toBe('a red square\n');
    expect(await said(...asks('DE'))).toBe('ein rotes viereck\n');
    expect(JSON.parse(await said('--json', ...asks('de')))).toMatchObject({
      language: 'de',
      caption: 'ein rotes viereck',
    });
    expect(JSON.parse(await said('--json'))).toMatchObject({ language: 'en' });
    const { stdout } = await run('describe', photo, '--model', plain, '--quiet', '--json');
    expect(JSON.parse(stdout)).not.toHaveProperty('language');
    const page = join(root, 'page.html');
    await said('--html', page, ...asks('de'));
    expect(await readFile(page, 'utf8')).toMatch(/Language<\/\w+>\s*<\w+>de/);
  });

  it('has one line for a language that the captioner does not write', async () => {
    const refusals: [string[], RegExp][] = [
      [['--model', model, ...asks('fr')], /the captioner does not write in fr: expected en or de/],
      [
        ['--model', plain, ...asks('en')],
        /--language does not apply to a captioner that was trained without languages: found en\. Leave --language out/,
      ],
    ];
    for (const [args, message] of refusals) {
      const stderr = expect.stringMatching(oneLine('caption', message));
      expect(await run('describe', photo, '--quiet', ...args)).toEqual({ code: 2, stdout: '', stderr });
    }
    const { code, stderr } = await run('describe', photo, ...asks('German'));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/argument 'German' is invalid\. Expected a language tag such as en, de or pt-BR\./),
    });
  });
});

describe('caption evaluate and baselines', () => {
  const greedy = '--beam 1 --consensus 0 --length-penalty 0 --max-length 20 --json --quiet'.split(' ');
  const scoresOf = async (...args: string[]) => JSON.parse((await run('evaluate', ...args, ...greedy)).stdout);

  it('score each language by its own captions, as the training did', async () => {
    const { scores } = JSON.parse(await readFile(join(model, 'config.json'), 'utf8'));
    for (const language of ['en', 'de']) {
      const { loss, ...measured } = scores.datasets[`both (${language})`];
      const evaluated = await scoresOf(both, '--model', model, ...asks(language));
      expect(evaluated).toMatchObject({ ...measured, language, pictures: 2, copied: 1 });
      expect(evaluated.bleu1).toBeCloseTo(1);
      expect(loss).toBeGreaterThan(0);
    }
    expect(await scoresOf(german, '--model', model, ...asks('de'))).toMatchObject(
      await scoresOf(both, '--model', model, ...asks('de')),
    );
    const { language, systems } = JSON.parse(
      (await run('baselines', both, '--model', model, '--json', '--quiet', ...asks('de'))).stdout,
    );
    expect(language).toBe('de');
    for (const { scores } of systems) expect(scores.bleu1).toBeGreaterThan(0.6); // "ein" and "viereck"
  });

  it('score a file against the language that is named', async () => {
    const results = join(root, 'results.json');
    const args = ['--model', model, '--results', results, ...asks('de')];
    const written = await scoresOf(both, ...args);
    const scored = async (...of: string[]) =>
      runProgram('caption', ['evaluate', both, '--captions', results, '--json', '--quiet', ...of]);
    const { bleu1, rougeL, copied } = written;
    expect(JSON.parse((await scored(...asks('de'))).stdout)).toMatchObject({ language: 'de', bleu1, rougeL, copied });
    expect(JSON.parse((await scored(...asks('en'))).stdout).bleu1).toBeLessThan(0.1);
    expect((await scored()).stderr).toMatch(
      oneLine('caption', /both has captions in several languages: found en, de, expected the language of those/),
    );
    expect((await scored(...asks('fr'))).stderr).toMatch(
      oneLine('caption', /both has no captions in fr: found en 6, de 6/),
    );
  });
});

describe('caption train --language', () => {
  it('names the language of each dataset, and goes on by the command that it prints', async () => {
    const folder = join(root, 'of datasets');
    let asked = false;
    const args = ['train', english, german, '--language', 'en', 'DE', '--out', folder, ...SMALL, '--epochs', '60'];
    const stopped = await runProgram('caption', [...args, '--tfjs', 'wasm', '--blas', 'wasm'], {
      cache: inject('features'),
      onStderr(text, child) {
        if (!asked && /epoch 1\.00/.test(text)) asked = child.kill('SIGINT');
      },
    });
    const pasted = /go on with `(.*)`/.exec(stopped.stderr)?.[1] ?? 'none';
    expect(pasted).toContain('--language en --language de');
    await promisify(exec)(pasted, { env: { ...process.env, CAPTION_LM_CACHE: inject('features') } });
    const { stdout } = await runProgram('caption', ['info', folder]);
    expect(JSON.parse(stdout)).toMatchObject({
      languages: ['en', 'de'],
      datasets: [
        { name: 'english', language: 'en', captions: 3 },
        { name: 'german', language: 'de', captions: 3 },
      ],
    });
    expect(JSON.parse((await runProgram('caption', ['info', plain])).stdout)).not.toHaveProperty('languages');
  }, 60_000);

  it('reads a table whose names begin with the folder of --images', async () => {
    const table = join(root, 'german.tsv');
    const rows = ['train', 'val'].map(
      (split) => `val/${split === 'train' ? 'red' : 'blue'}.png\tein Viereck\t${split}\n`,
    );
    await writeFile(table, `file_name\ttext\tsplit\n${rows.join('')}`);
    const of = ['--images', join(english, 'val'), '--language', 'de', '--out', join(root, 'table')];
    const { code, stderr } = await run('train', table, ...of, ...SMALL, '--epochs', '1');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain('german (table): pictures 1 train, 1 val; captions de 2\n');
  });

  it('has one line for what does not fit', async () => {
    const refusals: [string[], number, RegExp][] = [
      [
        [english, german, ...asks('en')],
        2,
        /--language does not fit the datasets: found 1 language for 2 datasets, expected one/,
      ],
      [[both, ...asks('fr')], 1, /both has no captions in fr: found en 6, de 6/],
      [[english, both], 1, /the captions of english do not say their language: found both with captions in en 6, de 6/],
      [[english, '--init', model], 1, /the captions do not say in which language they are: found a captioner/],
    ];
    for (const [args, code, message] of refusals) {
      const stderr = expect.stringMatching(oneLine('caption', message));
      expect(await run('train', ...args, '--quiet', '--out', join(root, 'refused'))).toEqual({
        code,
        stdout: '',
        stderr,
      });
    }
    const { code, stderr } = await run('train', ...asks('de'), german);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(
        /argument '.*german' is invalid\. Expected a language tag .*; datasets stand before/,
      ),
    });
  });
});
