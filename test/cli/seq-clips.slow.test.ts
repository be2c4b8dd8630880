/** `seq` on video: folders of frames with a label each. */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeClips } from '../../scripts/clips/write.ts';
import { checkpointIn, temporaryFolder } from '../training/small-training.ts';
import { type Ended, oneLine, runProgram } from './run-program.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const path = (name: string) => join(root, name);
const seq = (...args: string[]): Promise<Ended> =>
  runProgram('seq', [...args, '--tfjs', 'wasm', '--blas', 'wasm', '--quiet'], { cache: path('cache') });
const SMALL = ['--task', 'tag', '--hidden', '32', '--lr', '0.005', '--dropout', '0', '--val-fraction', '0'];
const train = (data: string, out: string, ...args: string[]) =>
  seq('train', path(data), '--out', path(out), ...SMALL, ...args);

/** A copy of the clips in which something is odd. */
async function oddClips(name: string, change: (folder: string) => Promise<unknown>): Promise<string> {
  await cp(path('clips'), path(name), { recursive: true });
  await change(path(name));
  return name;
}

beforeAll(async () => {
  await writeClips(path('clips'), 3, 3);
  // Measured on what it learned from: three clips have none to spare.
  const args = [...SMALL.slice(0, -2), '--val-file', path('clips'), '--epochs', '100'];
  const ended = await seq('train', path('clips'), '--out', path('model'), ...args);
  expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
});

describe('seq train --task tag on clips', () => {
  it('learns the labels of frames, and says what a frame alone would', async () => {
    const config = JSON.parse(await readFile(join(path('model'), 'config.json'), 'utf8'));
    expect(config).toMatchObject({
      task: 'tag',
      shape: { writes: 'each', reads: { vectors: 1280 } },
      cnn: { key: expect.stringContaining('efficientnet') },
      data: { name: 'clips', training: 3, validation: 3 },
      baselines: { 'most frequent label': expect.any(Number), 'each frame alone': expect.any(Number) },
    });
    const report = await readFile(join(path('model'), 'report.html'), 'utf8');
    for (const part of ['each frame alone', 'Clips, frame by frame', 'data:image/jpeg', 'features by the CNN']) {
      expect(report).toContain(part);
    }
    const { stdout } = await seq('evaluate', path('clips'), '--model', path('model'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ data: 'clips', labels: 48 });
    expect(JSON.parse(stdout).accuracy).toBeGreaterThan(config.baselines['each frame alone'] + 0.1);
  });

  it('interrupted and resumed ends as if it had not been', async () => {
    let stopped = false;
    const args = ['train', path('clips'), '--out', path('parts'), ...SMALL, '--epochs', '6', '--blas', 'wasm'];
    const { code } = await runProgram('seq', args, {
      cache: path('cache'),
      onStderr(text, child) {
        if (!stopped && text.includes('epoch 1.00')) child.kill('SIGINT');
        stopped ||= text.includes('epoch 1.00');
      },
    });
    expect(code).toBe(130);
    expect(await seq('train', path('clips'), '--out', path('parts'), '--resume')).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(await train('clips', 'whole', '--epochs', '6')).toMatchObject({ code: 0, stderr: '' });
    expect(await checkpointIn(path('parts'))).toEqual(await checkpointIn(path('whole')));
  });

  it('refuses clips that are odd, or leaves them out by --skip-odd', async () => {
    const labels = await readFile(path('clips/clip-1/labels.txt'), 'utf8');
    const uneven = await oddClips('uneven', (folder) =>
      writeFile(join(folder, 'clip-1/labels.txt'), `${labels}more\n`),
    );
    expect(await train(uneven, 'no')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        oneLine('seq', /.*uneven has an odd clip: found 17 labels for 16 frames in clip clip-1, .*--skip-odd/),
      ),
    });
    const torn = await oddClips('torn', (folder) => writeFile(join(folder, 'clip-2/frame-3.jpg'), 'torn'));
    const left = await train(torn, 'left', '--skip-odd', '--epochs', '1');
    expect(left.code).toBe(0);
    expect(left.stderr).toMatch(
      /clip-2\/frame-3\.jpg is not a picture.*\n.*torn: left out 1 odd clip clip-2: frame-3\.jpg/,
    );
    const { data } = JSON.parse(await readFile(join(path('left'), 'config.json'), 'utf8'));
    expect(data).toMatchObject({ training: 2, validation: 0 });
  });
});

describe('seq predict and evaluate of clips', () => {
  it('says a label for each frame, in the order of the numbers in their names', async () => {
    const { stdout, code } = await seq('predict', path('clips'), '--model', path('model'));
    expect(code).toBe(0);
    const clips = stdout.split('\n\n').slice(0, -1);
    expect(clips).toHaveLength(3);
    for (const [i, clip] of clips.entries()) {
      const lines = clip.split('\n').map((line) => line.split('\t'));
      const files = Array.from({ length: 16 }, (_, t) => path(`clips/clip-${i + 1}/frame-${t + 1}.jpg`));
      expect(lines.map(([file]) => file)).toEqual(files);
      for (const [, label, probability] of lines) {
        expect(label).toMatch(/^[a-z ]+$/);
        expect(Number(probability)).toBeGreaterThan(0);
      }
    }
    const one = await seq('predict', path('clips/clip-2'), '--model', path('model'), '--json');
    expect(JSON.parse(one.stdout)).toMatchObject({
      clip: path('clips/clip-2'),
      frames: expect.arrayContaining([path('clips/clip-2/frame-1.jpg')]),
      labels: clips[1]!.split('\n').map((line) => line.split('\t')[1]),
    });
  });

  it('goes on after a clip that can not be read, and ends with 1 for it', async () => {
    await mkdir(path('some/empty'), { recursive: true });
    await cp(path('clips/clip-3'), path('some/good'), { recursive: true });
    const { stdout, stderr, code } = await seq('predict', path('some'), '--model', path('model'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^there is nothing to read in .*empty: found no pictures, expected .*\n$/);
    expect(stdout.trim().split('\n')).toHaveLength(16);
    const [frame = ''] = await readdir(path('some/good'));
    expect(await seq('predict', path(`some/good/${frame}`), '--model', path('model'))).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        oneLine('seq', /there are no clips to look at: found .*, expected folders of frames/),
      ),
    });
  });

  it('refuses a label that was never seen in training', async () => {
    const labels = (await readFile(path('clips/clip-1/labels.txt'), 'utf8')).replace(/^.*/, 'dances');
    const unseen = await oddClips('unseen', (folder) => writeFile(join(folder, 'clip-1/labels.txt'), labels));
    expect(await seq('evaluate', path(unseen), '--model', path('model'))).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        oneLine('seq', /.* has an odd sequence: found the unlearned label "dances" in sequence 1, expected one of/),
      ),
    });
  });

  it('tells what the model is', async () => {
    const { stdout } = await runProgram('seq', ['info', path('model')]);
    expect(JSON.parse(stdout)).toMatchObject({ task: 'tag', labels: expect.arrayContaining(['nothing yet', 'gone']) });
  });
});
