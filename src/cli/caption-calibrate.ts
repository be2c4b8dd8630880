/** `caption calibrate`: measures how sure a captioner may be of its captions. */
import type { Command } from 'commander';
import { runInTurns } from '../base/steps.ts';
import type { Captioner } from '../captioning/captioner.ts';
import { calibrateCaptionerSteps } from '../captioning/confidence/calibrate.ts';
import type { Calibration } from '../captioning/confidence/calibration.ts';
import { type DecodingFlags, decodingFrom } from '../captioning/decoding-flags.ts';
import { openCaptioner } from '../captioning/open.ts';
import { readHeldOut, readSets } from '../captioning/sets.ts';
import { withMaps } from '../captioning/with-maps.ts';
import { checkDecoding } from '../captioning/write.ts';
import { openEngine } from '../compute/engine.ts';
import type { CaptionDataset } from '../datasets/dataset.ts';
import { describeOddity } from '../datasets/oddities.ts';
import { standardise } from '../model/standardisation.ts';
import { addDecodingOptions } from './caption-options.ts';
import { addDatasetOptions, type DatasetOptions, openDatasets } from './dataset-options.ts';
import {
  addCommonOptions,
  addPictureOptions,
  type CommonOptions,
  type PictureOptions,
  parseLanguages,
} from './options.ts';
import { write } from './output.ts';
import { FEATURES_STAY, Status, showExtraction, showShare } from './progress.ts';
import { interruptible } from './run.ts';

interface Options extends CommonOptions, PictureOptions, DatasetOptions, Omit<DecodingFlags, 'language'> {
  model: string;
  language?: string[];
  anew?: boolean;
  json?: boolean;
}

export function addCalibrateCommand(program: Command): void {
  const command = program
    .command('calibrate')
    .description('measures how sure a captioner may be of its captions, on pictures that it has not learned from')
    .argument('<dataset...>', "as for `caption train`; their val splits are measured, with people's captions")
    .requiredOption('--model <folder>', 'a model of `caption train`, which keeps the calibration')
    .option(
      '--language <tag...>',
      "language of each dataset's captions, a tag for each, as for `caption train`",
      parseLanguages('datasets'),
    )
    .option(
      '--anew',
      'learns from these datasets which pictures are familiar and what shows each word, also if it has learned that from more',
    )
    .option('--json', 'the calibration of each language, as one JSON value: an array');
  addDatasetOptions(command);
  addDecodingOptions(command, 'none: confidence chooses among those of the beam');
  addPictureOptions(addCommonOptions(command)).action(calibrateCommand);
}

async function calibrateCommand(paths: string[], options: Options, command: Command): Promise<void> {
  const { model: folder, cnnBackend, json } = options;
  const status = new Status(options.quiet);
  const { language: languages, ...flags } = options;
  const decoding = decodingFrom(flags);
  const engine = await openEngine(options.blas);
  const { captioner, cnn } = await openCaptioner(engine, { folder, cnnBackend });
  checkDecoding(decoding, captioner.vocabulary);
  if (options.anew) captioner.confidence = undefined;
  const datasets = await openDatasets(paths, { ...options, languages }, status, command);
  status.say(engine.notice);

  const calibrations = await interruptible(
    async (signal) => {
      const onExtraction = { ...showExtraction(status), signal };
      const sets = learnsFrom(datasets, captioner)
        ? await readSets(
            { datasets: datasets.map((dataset) => ({ dataset })) },
            { cnn, mirrored: false, onExtraction, onLeftOut: (oddity) => status.warn(describeOddity(oddity)), signal },
          )
        : { training: undefined, validation: await readHeldOut(datasets, cnn, onExtraction) };
      for (const set of [sets.training, ...sets.validation]) {
        if (set) standardise(set.features, captioner.standardisation);
      }
      const steps = calibrateCaptionerSteps(captioner, sets, decoding);
      return withMaps({ cnn, grid: captioner.grid }, sets.validation, onExtraction, () =>
        runInTurns(steps, { signal, onProgress: showShare(status, 'calibrating') }),
      );
    },
    () => status.say(`stopped; the calibration in ${folder} is as it was; ${FEATURES_STAY}`),
  );
  await captioner.saveConfidence(folder);
  for (const dataset of calibrations.flatMap(({ datasets }) => datasets)) status.say(inWords(dataset));
  status.say(`done: the calibration is in ${folder}`);
  if (json) await write(`${JSON.stringify(calibrations)}\n`);
}

/** Whether word detectors are learned from the datasets: what a captioner has learned from more pictures, it keeps. */
function learnsFrom(datasets: readonly CaptionDataset[], { confidence }: Captioner): boolean {
  const pictures = datasets.reduce((sum, { splits }) => sum + (splits.get('train')?.length ?? 0), 0);
  return !confidence || pictures >= confidence.familiarity.pictures;
}

function inWords({ name, pictures, threshold, fitting }: Calibration['datasets'][number]): string {
  const share = Math.round(100 * fitting);
  return `${name}: ${share} % of the captions of ${pictures.toLocaleString('en')} pictures fit (CIDEr-D of ${threshold.toFixed(2)} and more)`;
}
