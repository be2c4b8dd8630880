/**
 * The program of a thread that `cnn-threads.ts` starts: it says when the CNN is loaded, then answers each picture by its
 * features.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { InputError } from '../../base/errors.ts';
import type { Network } from '../network.ts';
import { describeCnn } from '../networks/describe-cnn.ts';
import type { Answer } from './cnn-threads.ts';
import { loadTfjs } from './tfjs.ts';
import { openTfjsNetwork } from './tfjs-network.ts';

const opening = open(workerData as string);

async function open(choice: string): Promise<Network> {
  const description = await describeCnn(choice);
  const { tf } = await loadTfjs('wasm');
  return openTfjsNetwork(tf, description);
}

async function answer(work: () => Promise<Answer>): Promise<void> {
  try {
    const done = await work();
    parentPort?.postMessage(done, done.features ? [done.features.buffer] : []);
  } catch (error) {
    const { message } = error as Error;
    parentPort?.postMessage({ failure: { message, input: error instanceof InputError } } satisfies Answer);
  }
}

await answer(async () => {
  await opening;
  return {};
});
parentPort?.on('message', (picture: Uint8Array) =>
  answer(async () => ({
    features: new Float32Array(await (await opening).features(picture, 1)), // a copy that can be handed over
  })),
);
