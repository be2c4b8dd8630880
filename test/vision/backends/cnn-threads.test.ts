import { spawnSync } from 'node:child_process';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { InputError } from '../../../src/base/errors.ts';
import { openInThreads } from '../../../src/vision/backends/cnn-threads.ts';
import { loadTfjs } from '../../../src/vision/backends/tfjs.ts';
import { openTfjsNetwork } from '../../../src/vision/backends/tfjs-network.ts';
import type { CnnDescription, Network } from '../../../src/vision/network.ts';
import { efficientnet } from '../../../src/vision/networks/efficientnet.ts';
import { samplePictures } from '../cnn-contract.ts';

let description: CnnDescription;
/** [3, 260, 260, 3] */
let pictures: Uint8Array;
const opened: Network[] = [];
beforeAll(async () => {
  description = await efficientnet();
  pictures = Buffer.concat(samplePictures(260));
});
afterEach(() => {
  for (const network of opened.splice(0)) network.dispose();
  vi.unstubAllEnvs();
});

async function open(changes: Partial<CnnDescription> = {}): Promise<Network> {
  const network = await openInThreads({ ...description, ...changes });
  opened.push(network);
  return network;
}

test.each(['1', '2', '5'])('%s threads give what one network gives here, in the order of the pictures', async (n) => {
  vi.stubEnv('OMP_NUM_THREADS', n);
  const { tf } = await loadTfjs('wasm');
  const here = await openTfjsNetwork(tf, description);
  const expected = await Promise.all(samplePictures(260).map((picture) => here.features(picture, 1)));
  here.dispose();
  const network = await open();
  expect(await network.features(pictures, 3)).toEqual(Float32Array.of(...expected.flatMap((row) => [...row])));
});

test('answers questions that are asked at once', async () => {
  const network = await open();
  const [first, both] = await Promise.all([network.features(pictures, 1), network.features(pictures, 2)]);
  expect(both!.subarray(0, 1280)).toEqual(first);
  expect(both!.subarray(1280)).not.toEqual(first);
});

test('no picture has no features', async () => {
  expect(await (await open()).features(new Uint8Array(), 0)).toHaveLength(0);
});

test('what is wrong with the CNN is said as here', async () => {
  const error = await open({ choice: 'no/such' }).catch((error) => error);
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).toMatch(/^cannot read the CNN's file no\/such\/model\.json: found ENOENT.*Name such a folder/);
});

test('a defect in a thread fails the call and leaves the thread as it was', async () => {
  const network = await open({ preprocessing: { size: 10, fit: 'squash' } });
  await expect(network.features(pictures, 1)).rejects.toThrow(/shape/i);
  await expect(network.features(pictures, 1)).rejects.toThrow(/shape/i);
});

test('who disposes of the CNN while it works is told', async () => {
  const network = await open();
  const asked = network.features(pictures, 1);
  network.dispose();
  await expect(asked).rejects.toThrow("the CNN's thread has ended before its work");
});

test('a program ends when it has its features', () => {
  const program = `
    const { loadCnn } = await import('./dist/vision/load-cnn.js');
    const cnn = await loadCnn('efficientnet-lite2', 'wasm');
    console.log((await cnn.features([new Uint8Array(3 * 260 ** 2)])).length);`;
  expect(run(program)).toEqual({ status: 0, stdout: '1280\n' });
});

test.runIf(process.platform === 'linux')('a thread without work ends, and is started again', () => {
  const program = `
    const { readdirSync } = await import('node:fs');
    const { efficientnet } = await import('./dist/vision/networks/efficientnet.js');
    const { openInThreads } = await import('./dist/vision/backends/cnn-threads.js');
    const network = await openInThreads(await efficientnet(), 20);
    const first = await network.features(new Uint8Array(3 * 260 ** 2), 1);
    const threads = () => readdirSync('/proc/self/task').length;
    const working = threads();
    while (threads() === working) await new Promise((resolve) => setTimeout(resolve, 20));
    const again = await network.features(new Uint8Array(3 * 260 ** 2), 1);
    console.log(first.every((feature, d) => feature === again[d]));`;
  expect(run(program)).toEqual({ status: 0, stdout: 'true\n' });
});

/** Runs a program of the package in a process of its own. */
function run(program: string) {
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, stdout };
}
