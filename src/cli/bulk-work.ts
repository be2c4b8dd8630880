/** `caption bulk work`: takes pictures from the queue and describes them. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { counted } from '../base/counted.ts';
import { UsageError } from '../base/errors.ts';
import { kindAt } from '../base/files.ts';
import { QueuedPictureReader } from '../bulk/read-queued.ts';
import { workOnJobs } from '../bulk/work.ts';
import { describeBatches } from '../captioning/describe.ts';
import { addQueueOption, type ModelOptions, openModel, PATIENCE, withRedis } from './bulk-queue.ts';
import { addModelsOption } from './caption-options.ts';
import { addCommonOptions, addPictureOptions, parsePositive } from './options.ts';
import { describeSeconds, Status } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';

interface WorkFlags extends ModelOptions {
  name?: string;
  root: string;
  wait?: boolean;
  stalledAfter: number;
}

export function addWorkCommand(bulk: Command): void {
  const command = bulk
    .command('work')
    .description('takes pictures from the queue and describes them, until all are done');
  addQueueOption(command).option('--name <job>', 'the only work to do (default: all, the oldest first)');
  addModelsOption(command)
    .option('--root <folder>', 'where the pictures are whose paths are relative', '.')
    .option('--wait', 'waits for further pictures when all are done')
    .option(
      '--stalled-after <seconds>',
      'without a sign of life, after which others take a chunk over',
      parsePositive,
      30,
    );
  addPictureOptions(addCommonOptions(command)).action(workCommand);
}

async function workCommand(options: WorkFlags): Promise<void> {
  const { name, root, wait = false, stalledAfter } = options;
  if ((await kindAt(root)) !== 'folder') throw new UsageError('--root names no folder', { found: resolve(root) });
  const status = new Status(options.quiet);
  await withRedis(options.queue, PATIENCE.machine, async (connection) => {
    const { captioner, cnn, model } = await openModel(options, status);
    const reader = new QueuedPictureReader(root);
    const begun = performance.now();
    await interruptible(async (signal) => {
      const stopping = 'stopping when the pictures at hand are done; Ctrl-C again leaves them to other workers';
      signal.addEventListener('abort', () => status.say(stopping));
      const pictures = await workOnJobs(connection, {
        name,
        model,
        wait,
        stalledAfter,
        signal,
        workOf: ({ decoding, layout }) => ({
          reader,
          layout,
          describe: (pictures) => describeBatches(captioner, cnn, pictures, { decoding }),
        }),
        onProgress: (job, count) => status.update(() => `${job}: ${speedOf(count, begun)}`),
        onMessage: (message) => status.warn(`caption: ${message}`),
      });
      status.say(speedOf(pictures, begun));
      if (signal.aborted) throw new Exit(ExitCode.interrupted);
    });
    reader.close();
  });
}

function speedOf(pictures: number, begun: number): string {
  const seconds = (performance.now() - begun) / 1000;
  return `${counted(pictures, 'picture')} in ${describeSeconds(seconds)}, ${(pictures / seconds).toFixed(1)}/s`;
}
