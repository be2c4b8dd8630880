import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { temporaryFolder } from '../training/small-training.ts';
import { type Ended, oneLine, runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const dataset = join(root, 'dataset');
const [results, references, report] = ['results.json', 'references.json', 'report.html'].map((name) =>
  join(root, name),
) as [string, string, string];

const evaluate = (...args: string[]) =>
  runProgram('caption', ['evaluate', ...args, '--quiet', '--tfjs', 'wasm', '--blas', 'wasm'], {
    cache: inject('features'),
  });
/** For captions of a file: no model runs, so that options about what it runs on are refused. */
const evaluateFile = (...args: string[]) => runProgram('caption', ['evaluate', dataset, '--quiet', ...args]);
let evaluated: Ended;
beforeAll(async () => {
  await writeSquares(join(dataset, 'train'), ['red0', 'green0']);
  await writeSquares(join(dataset, 'val'), ['red1', 'green1', 'blue1']);
  const files = ['--results', results, '--references', references, '--report', report];
  evaluated = await evaluate(dataset, ...files, '--beam', '2', '--json'); // by the captioner that ships
}, 60_000);

describe('caption evaluate', () => {
  it('prints how the captions were written, their scores, and the share that stands in the training split', () => {
    expect(evaluated).toMatchObject({ code: 0, stderr: '' });
    const scores = JSON.parse(evaluated.stdout);
    expect(scores).toMatchObject({ split: 'val', pictures: 3, beam: 2, minLength: 1, copied: 0 });
    for (const name of ['bleu1', 'bleu4', 'rougeL', 'cider', 'distinct1', 'distinct2', 'vocabulary', 'meanLength']) {
      expect(scores[name], name).toSatisfy(Number.isFinite);
    }
  });

  it('writes a page with pictures and scores', async () => {
    const page = await readFile(report, 'utf8');
    expect(page).toMatch(/<strong>BLEU-1 .*<\/strong> on the val split of dataset \(3 pictures\)/);
    expect(page).toContain('beam search, beam 2');
    expect(page.match(/src="data:image\/jpeg/g)).toHaveLength(2);
    expect(page).toContain('data/captioner');
  });

  it('writes captions and references for other scorers', async () => {
    const [captions, people] = await Promise.all(
      [results, references].map(async (file) => JSON.parse(await readFile(file, 'utf8'))),
    );
    const names = ['red1.png', 'green1.png', 'blue1.png'];
    expect(captions.map(({ image_id }: { image_id: string }) => image_id).toSorted()).toEqual(names.toSorted());
    expect(people.annotations.map(({ caption }: { caption: string }) => caption).toSorted()).toEqual(
      ['a red square', 'a green square', 'a blue square'].toSorted(),
    );
  });
});

it('caption evaluate --explain stopped by Ctrl-C says which files are there', async () => {
  const [results, report] = ['stopped.json', 'stopped.html'].map((name) => join(root, name)) as [string, string];
  const files = ['--results', results, '--report', report, '--explain', '--beam', '2'];
  let asked = false;
  const { code, stdout, stderr } = await runProgram('caption', ['evaluate', dataset, ...files, '--blas', 'wasm'], {
    cache: inject('features'),
    onStderr(text, child) {
      if (!asked && text.includes('written: ')) asked = child.kill('SIGTERM');
    },
  });
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  const stopped = `stopped; ${results} was written, ${report} was not; the features that were computed stay in the cache`;
  expect(stderr.trimEnd().split('\n').slice(-2)).toEqual([`written: ${results}`, stopped]);
  expect([existsSync(results), existsSync(report)]).toEqual([true, false]);
});

describe('caption evaluate --captions', () => {
  it('gives captions of a file the scores they had when they were written', async () => {
    const { code, stdout } = await evaluateFile('--captions', results, '--json');
    const {
      beam: _,
      lengthPenalty: __,
      minLength: ___,
      maxLength: ____,
      block: _____,
      consensus: ______,
      surest: _______,
      ...scores
    } = JSON.parse(evaluated.stdout);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(scores);
  });

  it('tells captions that stand in the training split, and prints a table', async () => {
    const file = join(root, 'copied.json');
    const captions = { 'red1.png': 'A red square.', 'green1.png': 'a green square', 'blue1.png': 'a blue square' };
    const rows = Object.entries(captions).map(([id, caption]) => ({ image_id: id, caption }));
    await writeFile(file, JSON.stringify(rows));
    const { code, stdout } = await evaluateFile('--captions', file);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^bleu1 +1\.0000$/m);
    expect(stdout).toMatch(/^copied +0\.6667$/m);
  });

  it('lists the pictures without a caption and the captions without a picture', async () => {
    const file = join(root, 'other.json');
    await writeFile(file, '[{"image_id":"red1.png","caption":"a"},{"image_id":7,"caption":"b"}]');
    expect(await evaluateFile('--captions', file)).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        oneLine(
          'caption',
          /.*other\.json does not hold one caption for each picture of the split, and no others: .*no candidate for 2 pictures \((green1.png, blue1.png|blue1.png, green1.png)\); no reference for 1 picture \(7\)\. Name the split/,
        ),
      ),
    });
  });

  it('can not be given with options about how captions are written', async () => {
    const options = ['--model m', '--beam 3', '--consensus 9', '--report r.html', '--cnn-backend wasm', '--blas wasm'];
    const refused = options.map(async (option) => {
      const { code, stderr } = await evaluateFile('--captions', results, ...option.split(' '));
      expect(code).toBe(2);
      const [flag] = option.split(' ');
      expect(stderr).toMatch(new RegExp(`^caption: option '--captions <file>' cannot be used with option '${flag}`));
    });
    await Promise.all(refused);
  });

  it('can not be given with a share for validation, where the dataset has its split', async () => {
    const refused = /--val-share does not apply to dataset, which has a val split\. Leave --val-share out\./;
    expect(await evaluateFile('--captions', results, '--val-share', '0.2')).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(oneLine('caption', refused)),
    });
  });
});
