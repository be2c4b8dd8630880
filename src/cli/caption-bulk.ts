/** `caption bulk`: captions by many machines, which share the work through Redis. */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { UsageError } from '../base/errors.ts';
import { kindAt } from '../base/files.ts';
import { RedisAddress } from '../bulk/address.ts';
import { collectJob, type JobStatus, jobStatus } from '../bulk/collect.ts';
import { connect, type RedisConnection } from '../bulk/connection.ts';
import { CaptionJob } from '../bulk/job.ts';
import { QueuedPictureReader } from '../bulk/read-queued.ts';
import { submitJob } from '../bulk/submit.ts';
import { workOnJobs } from '../bulk/work.ts';
import { fingerprint, modelFingerprint } from '../captioning/bulk/fingerprint.ts';
import { RecordFile } from '../captioning/bulk/record-file.ts';
import { type CaptionWriter, type DecodingOptions, resolveDecoding } from '../captioning/caption.ts';
import { type CaptionSamplingFlags, type DescriptionFlags, describingBy } from '../captioning/decoding-flags.ts';
import { describeBatches } from '../captioning/describe.ts';
import { chooseLanguage } from '../captioning/languages.ts';
import { loadCnnOf, openCaptioners, shippedCaptioner } from '../captioning/open.ts';
import { checkDecoding } from '../captioning/write.ts';
import { openEngine } from '../compute/engine.ts';
import type { Cnn } from '../vision/cnn.ts';
import { pictureNames } from './bulk-sources.ts';
import {
  addDecodingOptions,
  addLanguageOption,
  addModelsOption,
  addSurestOption,
  addTopOptions,
  refuseUncalibrated,
} from './caption-options.ts';
import { recordFormat } from './describe-out.ts';
import {
  addCommonOptions,
  addPictureOptions,
  addVerboseOption,
  type CommonOptions,
  type PictureOptions,
  parseInteger,
  parsePositive,
} from './options.ts';
import { write } from './output.ts';
import { printable } from './printable.ts';
import { describeSeconds, Status } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';

/** Seconds for which Redis may be away: while people wait, and while machines do. */
const PATIENCE = { person: 10, machine: 300 };

interface QueueOptions {
  queue: string;
  quiet?: boolean;
}

interface ModelOptions extends QueueOptions, CommonOptions, PictureOptions {
  model?: string[];
}

export function addBulkCommand(program: Command): void {
  const bulk = program.command('bulk').description('describes pictures on many machines, which share a Redis server');
  addSubmitCommand(bulk);
  addWorkCommand(bulk);
  addStatusCommand(bulk);
  addCollectCommand(bulk);
}

function addQueueOption(command: Command): Command {
  const option = new Option(
    '--queue <address>',
    'redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], rediss:// with TLS',
  );
  return command.addOption(option.env('REDIS_URL').makeOptionMandatory());
}

/** Runs what needs Redis, which is left in peace afterwards. */
async function withRedis<T>(queue: string, patience: number, run: (connection: RedisConnection) => Promise<T>) {
  const connection = await connect(new RedisAddress(queue), patience);
  try {
    return await Promise.race([run(connection), connection.lost]);
  } catch (error) {
    throw connection.explained(error);
  } finally {
    connection.close();
  }
}

interface OpenedCaptioner {
  captioner: CaptionWriter;
  cnn: Cnn;
  /** The `modelFingerprint`. */
  model: string;
  folders: readonly string[];
}

async function openModel({ model: folders = [shippedCaptioner()], blas, cnnBackend }: ModelOptions, status: Status) {
  const engine = await openEngine(blas);
  const cnn = await loadCnnOf(folders[0]!, cnnBackend, engine);
  const { captioner } = await openCaptioners(engine, { folders, cnn });
  status.say(engine.notice);
  return { captioner, cnn, model: await modelFingerprint(cnn, folders), folders } satisfies OpenedCaptioner;
}

interface SubmitOptions extends ModelOptions, Omit<DescriptionFlags, keyof CaptionSamplingFlags> {
  minConfidence: number;
  name: string;
  chunk: number;
  attempts: number;
  json?: boolean;
  verbose?: boolean;
}

function addSubmitCommand(bulk: Command): void {
  const command = bulk
    .command('submit')
    .description('puts pictures into the queue; none of them is read here')
    .argument('<source...>', 'folders, globs, lists of paths (a line each; - for standard input), s3://BUCKET/PREFIX');
  addQueueOption(command).requiredOption('--name <job>', 'what the work is called from now on');
  addTopOptions(addModelsOption(command))
    .option('--json', 'keeps the figures of each word too, as `caption describe --json` writes them')
    .option('--chunk <number>', 'pictures that a worker takes at once', parseInteger(1), 64)
    .option(
      '--attempts <number>',
      'of a chunk that ends its workers, before its pictures are described one by one',
      parseInteger(1),
      3,
    );
  addLanguageOption(command, 'language to write, of a captioner that has several, as `de`');
  addSurestOption(addDecodingOptions(command));
  addPictureOptions(addCommonOptions(addVerboseOption(command))).action(submitCommand);
}

async function submitCommand(args: string[], options: SubmitOptions): Promise<void> {
  const { name, chunk, attempts, top, minConfidence, json = false, verbose } = options;
  const status = new Status(options.quiet);
  const given = describingBy({ ...options, temperature: 0 }); // nothing is drawn
  await withRedis(options.queue, PATIENCE.person, async (connection) => {
    const job = new CaptionJob(connection, name);
    for (const oddity of connection.oddities) status.warn(`caption: ${oddity}`);
    const { captioner, model, folders } = await openModel(options, status);
    checkDecoding(given, captioner.vocabulary);
    const language = chooseLanguage(captioner.vocabulary, given.language);
    const resolved = resolveDecoding(given, captioner.isCalibrated(language)) as DecodingOptions;
    if (minConfidence > 0) refuseUncalibrated(captioner, folders, language);
    const ofLanguage = language === undefined ? {} : { language };
    const { isNew, pictures, chunks } = await interruptible((signal) => {
      signal.addEventListener('abort', () => status.say('stopped; the same command goes on'));
      const names = pictureNames(args, (leftOut) => status.sayLeftOut(leftOut, verbose));
      const decoding = { ...resolved, ...ofLanguage };
      const layout = { top, minConfidence, words: json, ...ofLanguage };
      return submitJob(
        job,
        names,
        { model, decoding, layout, chunk, attempts },
        {
          signal,
          onProgress: (count) => status.update(() => `${count.toLocaleString('en')} pictures`),
        },
      );
    });
    const what = `${pictures.toLocaleString('en')} pictures in ${chunks.toLocaleString('en')} chunks`;
    status.say(isNew ? `${name}: ${what} are in the queue` : `${name}: its ${what} were in the queue before`);
  });
}

interface WorkFlags extends ModelOptions {
  name?: string;
  root: string;
  wait?: boolean;
  stalledAfter: number;
}

function addWorkCommand(bulk: Command): void {
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
      signal.addEventListener('abort', () => status.say('stopping when the pictures at hand are done'));
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
  return `${pictures.toLocaleString('en')} pictures in ${describeSeconds(seconds)}, ${(pictures / seconds).toFixed(1)}/s`;
}

function addStatusCommand(bulk: Command): void {
  const command = bulk.command('status').description('says how far the work in the queue is');
  addQueueOption(command)
    .option('--name <job>', 'the only work that is asked for (default: all)')
    .option('--json', 'one JSON value for each')
    .action(statusCommand);
}

async function statusCommand({ queue, name, json }: QueueOptions & { name?: string; json?: boolean }): Promise<void> {
  await withRedis(queue, PATIENCE.person, async (connection) => {
    const jobs = name === undefined ? await CaptionJob.all(connection) : [new CaptionJob(connection, name)];
    for (const job of jobs) {
      const found = await jobStatus(job);
      await write(`${json ? JSON.stringify(found) : inWords(found)}\n`);
    }
  });
}

function inWords({ name, model, pictures, done, failed, chunks, reason, workers }: JobStatus): string {
  const all = pictures === undefined ? 'being submitted' : `of ${pictures.toLocaleString('en')} pictures`;
  const parts = [
    `${done.toLocaleString('en')} ${all} done${failed > 0 ? `, ${failed.toLocaleString('en')} of them without a caption` : ''}`,
    `chunks: ${chunks.active} at work, ${chunks.waiting} waiting${chunks.delayed > 0 ? `, ${chunks.delayed} to be tried again` : ''}`,
    chunks.failed > 0 && `${chunks.failed} chunks given up (submit tries them again): ${reason}`,
    workers !== undefined && `${workers} workers`,
    `model ${model}`,
  ];
  return printable(`${name}: ${parts.filter(Boolean).join('; ')}`);
}

interface CollectOptions extends QueueOptions {
  name: string;
  out: string;
  delete?: boolean;
}

function addCollectCommand(bulk: Command): void {
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
    status.say(`${out}: ${pictures.toLocaleString('en')} pictures${without}`);
    if (isDeleted) await job.delete();
  });
}
