/** `caption bulk submit`: puts pictures into the queue. */
import type { Command } from 'commander';
import { counted } from '../base/counted.ts';
import { CaptionJob } from '../bulk/job.ts';
import { submitJob } from '../bulk/submit.ts';
import type { DecodingOptions } from '../captioning/caption.ts';
import { type CaptionSamplingFlags, type DescriptionFlags, describingBy } from '../captioning/decoding-flags.ts';
import { addQueueOption, type ModelOptions, openModel, PATIENCE, withRedis } from './bulk-queue.ts';
import { pictureNames } from './bulk-sources.ts';
import { addDescribingOptions, addModelsOption, addTopOptions, decodingOf } from './caption-options.ts';
import { sayFound } from './find-pictures.ts';
import { addCommonOptions, addPictureOptions, addVerboseOption, parseInteger } from './options.ts';
import { Status } from './progress.ts';
import { interruptible } from './run.ts';

interface SubmitOptions extends ModelOptions, Omit<DescriptionFlags, keyof CaptionSamplingFlags> {
  minConfidence: number;
  name: string;
  chunk: number;
  attempts: number;
  json?: boolean;
  verbose?: boolean;
}

export function addSubmitCommand(bulk: Command): void {
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
  addDescribingOptions(command);
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
    const decoding = decodingOf(captioner, folders, given as DecodingOptions, minConfidence);
    const { language } = decoding;
    const names = pictureNames(args, (found) => sayFound(found, status, { verbose }));
    const layout = { top, minConfidence, words: json, ...(language !== undefined && { language }) };
    const how = { model, decoding, layout, chunk, attempts };
    const onProgress = (count: number) => status.update(() => `${count.toLocaleString('en')} pictures`);
    const { isNew, pictures, chunks } = await interruptible(
      (signal) => submitJob(job, names, how, { signal, onProgress }),
      () => status.say('stopped; the same command goes on'),
    );
    const what = `${counted(pictures, 'picture')} in ${counted(chunks, 'chunk')}`;
    status.say(`${name}: in the queue${isNew ? '' : ' before'}: ${what}`);
  });
}
