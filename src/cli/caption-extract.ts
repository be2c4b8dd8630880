/** `caption extract`: fills the feature cache for datasets. */
import type { Command } from 'commander';
import { counted } from '../base/counted.ts';
import { featuresOf } from '../captioning/features.ts';
import { loadCnn } from '../vision/load-cnn.ts';
import { addImagesOption, openDatasets } from './dataset-options.ts';
import { addPictureOptions, type PictureOptions } from './options.ts';
import { FEATURES_STAY, Status, showExtraction } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';

interface Options extends PictureOptions {
  images?: string;
  cnn: string;
  mirror: boolean;
  quiet?: boolean;
}

export function addExtractCommand(program: Command): void {
  const command = program
    .command('extract')
    .description('fills the feature cache for datasets, so that training starts at once')
    .argument('<dataset...>', 'pictures with their captions, see below')
    .option('--cnn <name>', 'as for `caption train`', 'efficientnet-lite2')
    .option('--no-mirror', 'without the mirror images')
    .option('--quiet', 'no progress');
  addImagesOption(command);
  addPictureOptions(command).action(extractCommand);
}

async function extractCommand(paths: string[], options: Options, command: Command): Promise<void> {
  const status = new Status(options.quiet);
  const datasets = await openDatasets(paths, options, status, command);
  const cnn = await loadCnn(options.cnn, options.cnnBackend);
  const pictures = datasets.flatMap(({ splits }) => [...splits.values()].flat());
  const { names } = await interruptible(
    (signal) => featuresOf(pictures, cnn, options.mirror, { ...showExtraction(status), signal }),
    () => status.say(`stopped; ${FEATURES_STAY}`),
  );
  const leftOut = pictures.length - names.length;
  const without = leftOut > 0 ? `; ${counted(leftOut, 'picture')} left out that can not be read` : '';
  status.say(`features of ${counted(names.length, 'picture')} by ${cnn.name} are in the cache${without}`);
  if (leftOut > 0) throw new Exit(ExitCode.failed);
}
