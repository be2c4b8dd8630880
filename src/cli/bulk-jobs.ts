/** `caption bulk status` and `caption bulk collect`: how far the work in the queue is, and its captions as a file. */
import type { Command } from 'commander';
import { counted } from '../base/counted.ts';
import { kindAt } from '../base/files.ts';
import { collectJob, type JobStatus, jobStatus } from '../bulk/collect.ts';
import { CaptionJob } from '../bulk/job.ts';
import { fingerprint } from '../captioning/bulk/fingerprint.ts';
import { RecordFile } from '../captioning/bulk/record-file.ts';
import { addQueueOption, PATIENCE, type QueueOptions, withRedis } from './bulk-queue.ts';
import { recordFormat } from './describe-out.ts';
import { write } from './output.ts';
import { printable } from './printable.ts';
import { Status } from './progress.ts';

export function addStatusCommand(bulk: Command): void {
  const command = bulk.command('status').description('says how far the work in the queue is');
  addQueueOption(command)
    .option('--name <job>', 'the only work that is asked for (default: all)')
    .option('--json', 'one JSON value for each')
    .action(statusCommand);
}

async function statusCommand({ queue, name, json }: QueueOptions & { name?: string; json?: boolean }): Promise<void> {
  await withRedis(queue, PATIENCE.person, async (connection) => {
    const jobs = name === undefined ? await CaptionJob.all(connection) : [new CaptionJob(connection, name)];
    if (jobs.length === 0) new Status().say(`no work is in the queue at ${connection.address}`);
    for (const job of jobs) {
      const found = await jobStatus(job);
      await write(`${json ? JSON.stringify(found) : inWords(found)}\n`);
    }
  });
}

function inWords({ name, model, pictures, done, failed, chunks, reason, workers }: JobStatus): string {
  const all = pictures === undefined ? 'being submitted' : `of ${counted(pictures, 'picture')}`;
  const parts = [
    `${done.toLocaleString('en')} ${all} done${failed > 0 ? `, ${failed.toLocaleString('en')} of them without a caption` : ''}`,
    `chunks: ${chunks.active} at work, ${chunks.waiting} waiting${chunks.delayed > 0 ? `, ${chunks.delayed} to be tried again` : ''}`,
    chunks.failed > 0 && `${counted(chunks.failed, 'chunk')} given up (submit tries them again): ${reason}`,
    workers !== undefined && counted(workers, 'worker'),
    `model ${model}`,
  ];
  return printable(`${name}: ${parts.filter(Boolean).join('; ')}`);
}

interface CollectOptions extends QueueOptions {
  name: string;
  out: string;
  delete?: boolean;
}

export function addCollectCommand(bulk: Command): void {
  const command = bulk
    .command('collect')
    .description('writes the captions to a file, as `caption describe --out` does');
  addQueueOption(command)
    .requiredOption('--name <job>', 'the work, which has to be done')
    .requiredOption('--out <file>', 'a .jsonl or .csv file')
    .option('--delete', 'deletes the work from Redis when the file is written')
    .option('--quiet', 'no notices')
    .action(collectCommand);
}

async function collectCommand({ queue, name, out, delete: isDeleted, quiet }: CollectOptions): Promise<void> {
  const formatOf = recordFormat(out);
  const status = new Status(quiet);
  await withRedis(queue, PATIENCE.person, async (connection) => {
    const job = new CaptionJob(connection, name);
    const { model, decoding, layout } = await job.expect();
    const by = fingerprint(model, { decoding, layout });
    const format = formatOf(layout, by);
    if ((await kindAt(out)) === 'file') await (await RecordFile.open(out, { format, by })).close(); // else it is another's
    const { pictures, failed } = await collectJob(job, out, format, (reason) => status.warn(`caption: ${reason}`));
    const without = failed > 0 ? `, ${failed.toLocaleString('en')} of them without a caption` : '';
    status.say(`${out}: ${counted(pictures, 'picture')}${without}`);
    if (isDeleted) await job.delete();
  });
}
