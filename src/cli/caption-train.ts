/** `caption train`: trains a captioner on pictures and their captions. */
import type { Command } from 'commander';
import { counted } from '../base/counted.ts';
import { cacheFolder } from '../base/files.ts';
import { Captioner } from '../captioning/captioner.ts';
import { type CalibrationShortage, calibrationShortages } from '../captioning/confidence/calibrate.ts';
import { calibrateTrained } from '../captioning/confidence/calibrate-folder.ts';
import {
  type CaptionConfig,
  captionConfigSchema,
  captionDefaults,
  captionShapeDefaults,
  type PartOfData,
  partName,
} from '../captioning/config.ts';
import { loadCnnOf, openCaptioner } from '../captioning/open.ts';
import { writeCaptionProgress, writeCaptionReport } from '../captioning/report/report.ts';
import type { CaptionSets } from '../captioning/sets.ts';
import { type CaptionTraining, resumeCaptioner, trainCaptioner } from '../captioning/train.ts';
import type { Engine } from '../compute/engine.ts';
import { readCaptionsOnly } from '../datasets/captions-only.ts';
import { describeOddity, type Oddity } from '../datasets/oddities.ts';
import { readConfig } from '../model/model-folder.ts';
import { loadCnn } from '../vision/load-cnn.ts';
import {
  addCaptionTrainOptions,
  attentionOf,
  type CaptionTrainOptions,
  captionSettingsOf,
  checkCaptionTrainOptions,
} from './caption-train-options.ts';
import { addDatasetOptions, openDatasets } from './dataset-options.ts';
import { bytesInWords } from './in-words.ts';
import { addCommonOptions, addPictureOptions } from './options.ts';
import { printable } from './printable.ts';
import { showExtraction, showShare } from './progress.ts';
import { called, quote } from './resume-command.ts';
import { runTraining, type TrainingShow } from './training-command.ts';
import { addTrainingOptions } from './training-options.ts';

export function addCaptionTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('trains a captioner on pictures and their captions')
    .argument('<dataset...>', 'pictures with their captions, see below; several are learned from together');
  addCaptionTrainOptions(command);
  addDatasetOptions(command);
  addTrainingOptions(
    command,
    { ...captionDefaults, ...captionShapeDefaults },
    'caption-model',
    '; by default more where there is little data and no --init',
  );
  addPictureOptions(addCommonOptions(command)).action(trainCommand);
}

async function trainCommand(paths: string[], options: CaptionTrainOptions, command: Command): Promise<void> {
  checkCaptionTrainOptions(paths, options, command);
  await runTraining<CaptionConfig, CaptionSets>(command, options, SHOW, async ({ status, engine, folder }) => {
    const opened = await openDatasets(paths, { ...options, languages: options.language }, status, command);
    const datasets = opened.map((dataset, i) => ({ dataset, weight: options.weight?.[i] ?? 1 }));
    const onLeftOut = (oddity: Oddity) => status.say(printable(describeOddity(oddity)));
    const captionsOnly =
      options.captionsOnly && (await Promise.all(options.captionsOnly.map((path) => readCaptionsOnly(path, options))));
    for (const { report = [] } of captionsOnly ?? []) for (const oddity of report) onLeftOut(oddity);
    const onPreparation = showShare(status, 'preparing the captions');
    const onFrozenMaps = (bytes: number) =>
      status.say(`the maps of the CNN's frozen layers take ${bytesInWords(bytes)} in ${cacheFolder('maps')}`);
    const onMaps = (bytes: number) =>
      status.say(`the maps that it looks at take ${bytesInWords(bytes)} in ${cacheFolder('maps')}`);
    const data = { datasets, captionsOnly, onLeftOut, onPreparation, onFrozenMaps, onMaps };
    const extraction = (signal: AbortSignal) => ({ onExtraction: showExtraction(status, signal, { begun: true }) });
    if (options.resume) {
      const cnn = await loadCnnOf(folder, options.cnnBackend, engine);
      return (training) => resumeCaptioner({ ...training, ...data, ...extraction(training.signal), cnn });
    }
    const { start, cnn } = await startOf(options, engine);
    const grid = start instanceof Captioner ? start.grid : undefined;
    const { attention, attends, coverage } = attentionOf(options, grid, command);
    const settings = { ...captionSettingsOf(options, command, datasets, attends), ...(coverage && { coverage }) };
    return (training) =>
      trainCaptioner({ ...training, ...data, ...extraction(training.signal), start, cnn, settings, attention });
  });
}

const SHOW: TrainingShow<CaptionConfig, CaptionSets> = {
  unitOf: () => 'words',
  describeStart: ({ dataset, datasets, captionsOnly, shape, init }, parameters) =>
    `${counted(dataset.captions, 'caption')}${datasets ? ` (${datasets.map(shareInWords).join(', ')})` : ''}, ` +
    (captionsOnly ? `${captionsOnly.captions.toLocaleString('en')} without pictures, ` : '') +
    `a vocabulary of ${shape.vocabulary.toLocaleString('en')} words${init ? ', with those taken over' : ''}; ` +
    `${parameters.toLocaleString('en')} parameters`,
  writeProgress: writeCaptionProgress,
  async finish(folder, sets, engine, { status, turns }) {
    const captioner = await Captioner.load(folder, engine);
    await calibrateTrained(folder, captioner, sets, turns('calibrating'));
    for (const shortage of calibrationShortages(captioner, sets.validation))
      status.say(shortageInWords(shortage, folder));
    await writeCaptionReport(folder, captioner, sets, turns('comparing with simpler ways to a caption'));
  },
  describeEnd: async (folder) => {
    const { scores, settings, confidence } = await readConfig(folder, captionConfigSchema);
    const calibrated = confidence?.languages.some(({ calibration }) => calibration) ? ', with a calibration,' : '';
    return `the ${settings.keep ?? 'best'} weights (update ${scores['iteration']})${calibrated} are`;
  },
  use: (folder) => `describe pictures with \`${called('caption')} describe --model ${quote(folder)} FILE…\``,
};

/** "without a calibration, since …", with what would give one. */
function shortageInWords({ language, pictures, least }: CalibrationShortage, folder: string): string {
  const what = language === undefined ? 'without a calibration' : `${language} without a calibration`;
  const found = `${counted(pictures, 'held-out picture')} ${pictures === 1 ? 'has' : 'have'} several captions`;
  const advice = `\`${called('caption')} calibrate DATASET --model ${quote(folder)}\` measures it on others`;
  return `${what}, since ${found}, and ${least} are needed: ${advice}`;
}

/** What one of several datasets teaches: 'flickr8k 30,000', 'coco-more 9,614 × 3' */
function shareInWords({ captions, weight, ...part }: PartOfData): string {
  return `${partName(part)} ${captions.toLocaleString('en')}${weight === 1 ? '' : ` × ${weight}`}`;
}

/** What the training starts from, a new captioner or that of --init, and its CNN. */
async function startOf(
  { init, cnn: cnnName, cnnBackend, cell, layers, hidden, embedding }: CaptionTrainOptions,
  engine: Engine,
): Promise<Pick<CaptionTraining, 'start' | 'cnn'>> {
  if (init === undefined) {
    const cnn = await loadCnn(cnnName, cnnBackend, engine);
    return { start: { shape: { cell, layers, hidden, embedding }, cnnName }, cnn };
  }
  const { captioner, cnn } = await openCaptioner(engine, { folder: init, cnnBackend });
  return { start: captioner, cnn };
}
