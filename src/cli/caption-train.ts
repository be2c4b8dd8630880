/** `caption train`: trains a captioner on pictures and their captions. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../base/errors.ts';
import { cacheFolder } from '../base/files.ts';
import type { WeightedDataset } from '../captioning/caption-data.ts';
import { Captioner } from '../captioning/captioner.ts';
import { calibrateTrained } from '../captioning/confidence/calibrate-folder.ts';
import {
  attentionDefaults,
  type CaptionConfig,
  type CaptionSettings,
  type CnnSettings,
  captionConfigSchema,
  captionDefaults,
  captionShapeDefaults,
  cnnDefaults,
  epochsForCaptions,
  finetuneDefaults,
  type PartOfData,
  partName,
} from '../captioning/config.ts';
import { loadCnnOf, openCaptioner } from '../captioning/open.ts';
import { writeCaptionProgress, writeCaptionReport } from '../captioning/report.ts';
import type { CaptionSets } from '../captioning/sets.ts';
import { type CaptionTraining, resumeCaptioner, trainCaptioner } from '../captioning/train.ts';
import type { Engine } from '../compute/engine.ts';
import { readCaptionsOnly } from '../datasets/captions-only.ts';
import { describeOddity, type Oddity } from '../datasets/oddities.ts';
import { readConfig } from '../model/model-folder.ts';
import { loadCnn } from '../vision/load-cnn.ts';
import { CNN_NAMES } from '../vision/networks/describe-cnn.ts';
import { addDatasetOptions, type DatasetOptions, openDatasets } from './dataset-options.ts';
import { isGiven, refuseGiven, refuseInapplicable, resolveOptions } from './given-options.ts';
import {
  addCommonOptions,
  addPictureOptions,
  type CommonOptions,
  type PictureOptions,
  parseAtLeast,
  parseInteger,
  parseLanguages,
  parsePositive,
  parsePositives,
  parseShare,
} from './options.ts';
import { printable } from './printable.ts';
import { showExtraction, showShare } from './progress.ts';
import { quote } from './resume-command.ts';
import { runTraining, type TrainingShow } from './training-command.ts';
import { addTrainingOptions, type TrainingOptions, trainingFlags, trainingSettings } from './training-options.ts';

/** Options about the shape of a new captioner, which one given by --init has already. */
const SHAPE = ['cell', 'layers', 'hidden', 'embedding', 'cnn'];

/** Options about attention. */
const ATTENTION = ['grid', 'attentionGate', 'attentionCoverage'];

/** Options about a CNN that learns. */
const CNN_LEARNING = ['cnnLr', 'cnnWeightDecay', 'cnnViews'];

interface Options extends CommonOptions, PictureOptions, DatasetOptions, TrainingOptions {
  weight?: number[];
  language?: string[];
  cnn: string;
  embedding: number;
  threshold: number;
  words?: number;
  captionsOnly?: string[];
  smoothing: number;
  mirror: boolean;
  init?: string;
  attention?: boolean;
  grid: number;
  attentionGate?: boolean;
  attentionCoverage: number;
  finetune?: 'cider';
  finetuneCnn?: CnnSettings['learned'];
  cnnLr: number;
  cnnWeightDecay: number;
  cnnViews: number;
}

export function addCaptionTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('trains a captioner on pictures and their captions')
    .argument('<dataset...>', 'pictures with their captions, see below; several are learned from together')
    .option(
      '--weight <number...>',
      'how often the captions of each dataset come in an epoch, a number for each (default: once)',
      parsePositives('datasets'),
    )
    .option(
      '--language <tag...>',
      "language of each dataset's captions, a tag for each, as `en de`; of a table that says the language of each caption " +
        'those in this one (default: none, or as the tables say)',
      parseLanguages('datasets'),
    )
    .option('--cnn <name>', `${CNN_NAMES.join(', ')} or the folder of a MobileNet`, 'efficientnet-lite2')
    .option('--embedding <number>', 'size of word vectors', parseInteger(1), captionShapeDefaults.embedding)
    .option(
      '--threshold <number>',
      'words that come less often are unknown',
      parseInteger(1),
      captionDefaults.threshold,
    )
    .option(
      '--words <number>',
      'most words of the vocabulary, the most frequent; with --init too (default: any number)',
      parseInteger(1),
    )
    .option(
      '--captions-only <file...>',
      'captions without pictures to learn from too: a .txt, a caption a line, or a .tsv, .csv or .jsonl as of a dataset',
    )
    .option('--smoothing <share>', 'label smoothing', parseShare({ zero: true }), captionDefaults.smoothing)
    .option('--init <folder>', 'start from the weights of this captioner; words that are new to it are added')
    .option('--attention', "let it look at places of the picture while it writes, by the CNN's last map")
    .option('--grid <cells>', 'cells in a line of that map, at most 9', parseInteger(1), attentionDefaults.grid)
    .option('--attention-gate', 'let it choose too how much of what it looks at matters to a word')
    .option(
      '--attention-coverage <lambda>',
      'weight of what keeps it from leaving places out; 0 for none',
      parseAtLeast(0),
      attentionDefaults.coverage,
    )
    .addOption(
      new Option('--finetune <score>', 'with --init: learn to write captions that score well').choices(['cider']),
    )
    .option(
      '--finetune-cnn <stages>',
      'with --init: let the CNN learn too, its `last` stage, so many of its stages, or `all` of it',
      parseStages,
    )
    .option('--cnn-lr <rate>', "highest learning rate of the CNN's weights", parsePositive, cnnDefaults.learningRate)
    .option('--cnn-weight-decay <rate>', "decay of the CNN's filters", parseAtLeast(0), cnnDefaults.weightDecay)
    .option(
      '--cnn-views <number>',
      'views of each picture that the CNN learns from: as it is, and cropped, mirrored and recoloured at random',
      parseInteger(1),
      cnnDefaults.views,
    )
    .option('--no-mirror', 'do not learn from mirror images too');
  addDatasetOptions(command);
  addTrainingOptions(
    command,
    { ...captionDefaults, ...captionShapeDefaults },
    'caption-model',
    '; by default more where there is little data',
  );
  addPictureOptions(addCommonOptions(command)).action(trainCommand);
}

async function trainCommand(paths: string[], options: Options, command: Command): Promise<void> {
  checkOptions(paths, options, command);
  await runTraining<CaptionConfig, CaptionSets>(command, options, SHOW, async ({ status, engine, folder }) => {
    const opened = await openDatasets(paths, { ...options, languages: options.language }, status, command);
    const datasets = opened.map((dataset, i) => ({ dataset, weight: options.weight?.[i] ?? 1 }));
    const onLeftOut = (oddity: Oddity) => status.say(printable(describeOddity(oddity)));
    const captionsOnly =
      options.captionsOnly && (await Promise.all(options.captionsOnly.map((path) => readCaptionsOnly(path, options))));
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
    if (start instanceof Captioner && start.grid !== undefined) {
      const found = `a captioner that looks at maps of ${start.grid} × ${start.grid} already`;
      refuseGiven(command, ['attention', 'grid', 'attentionGate'], '--init', found);
    }
    const looks = options.attention || (start instanceof Captioner && start.grid !== undefined);
    if (!looks) refuseInapplicable(command, ATTENTION, 'a captioner that does not look at places, as by --attention');
    const { grid, attentionGate: gate } = options;
    const attention = options.attention ? { grid, gate } : undefined;
    const coverage = looks && !options.finetune ? options.attentionCoverage : undefined;
    const settings = { ...settingsOf(options, command, datasets), ...(coverage && { coverage }) };
    return (training) =>
      trainCaptioner({ ...training, ...data, ...extraction(training.signal), start, cnn, settings, attention });
  });
}

const SHOW: TrainingShow<CaptionConfig, CaptionSets> = {
  unitOf: () => 'words',
  describeStart: ({ dataset, datasets, captionsOnly, shape }, parameters) =>
    `${dataset.captions.toLocaleString('en')} captions${datasets ? ` (${datasets.map(shareInWords).join(', ')})` : ''}, ` +
    (captionsOnly ? `${captionsOnly.captions.toLocaleString('en')} without pictures, ` : '') +
    `${shape.vocabulary.toLocaleString('en')} words; ` +
    `${parameters.toLocaleString('en')} parameters`,
  writeProgress: writeCaptionProgress,
  async writeReport(folder, sets, engine, { onProgress = () => {}, signal }) {
    const captioner = await Captioner.load(folder, engine);
    await calibrateTrained(folder, captioner, sets, { onProgress: (share) => onProgress(0.5 * share), signal });
    await writeCaptionReport(folder, captioner, sets, { onProgress: (share) => onProgress(0.5 + 0.5 * share), signal });
  },
  reporting: 'calibrating, and comparing with simpler ways to a caption',
  describeEnd: async (folder) => {
    const { scores, settings, confidence } = await readConfig(folder, captionConfigSchema);
    const calibrated = confidence?.languages.some(({ calibration }) => calibration) ? ', with a calibration,' : '';
    return `the ${settings.keep ?? 'best'} weights (update ${scores['iteration']})${calibrated} are`;
  },
  use: (folder) => `describe pictures with \`caption describe --model ${quote(folder)} FILE…\``,
};

/** What one of several datasets teaches: 'flickr8k 30,000', 'coco-more 9,614 × 3' */
function shareInWords({ captions, weight, ...part }: PartOfData): string {
  return `${partName(part)} ${captions.toLocaleString('en')}${weight === 1 ? '' : ` × ${weight}`}`;
}

/** @throws UsageError when options contradict each other */
function checkOptions(
  paths: readonly string[],
  { weight, language, init, attention, finetune, finetuneCnn, resume }: Options,
  command: Command,
): void {
  if (weight && weight.length !== paths.length && !resume) {
    throw new UsageError('--weight does not fit the datasets', {
      found: `${counted(weight.length, 'weight')} for ${counted(paths.length, 'dataset')}`,
      expected: 'a number for each',
    });
  }
  if (language && language.length !== paths.length) {
    throw new UsageError('--language does not fit the datasets', {
      found: `${counted(language.length, 'language')} for ${counted(paths.length, 'dataset')}`,
      expected: 'one for each',
    });
  }
  if (attention) {
    refuseInapplicable(
      command,
      ['captionsOnly', 'finetuneCnn'],
      '--attention, which learns from maps of a CNN as it is',
    );
  }
  if (init) refuseGiven(command, SHAPE, '--init', 'a captioner with a shape and a CNN of its own');
  if (finetune)
    refuseInapplicable(command, ['captionsOnly'], '--finetune, which scores captions against those of pictures');
  if (finetuneCnn) {
    refuseInapplicable(command, ['finetune', 'captionsOnly', 'mirror'], '--finetune-cnn, which learns from views');
    if (!init && !resume) {
      throw new UsageError('--finetune-cnn needs a captioner to start from', {
        advice: 'Train one first, then name its folder by --init.',
      });
    }
  } else {
    refuseInapplicable(command, CNN_LEARNING, 'a CNN that does not learn, which takes --finetune-cnn');
  }
  if (finetune && !init && !resume) {
    throw new UsageError('--finetune needs a captioner to start from', {
      advice: 'Train one first, then name its folder by --init.',
    });
  }
}

/** @throws InvalidArgumentError when it is none of the three */
function parseStages(text: string): CnnSettings['learned'] {
  if (text === 'all') return text;
  const stages = text === 'last' ? 1 : Number(text);
  if (Number.isSafeInteger(stages) && stages >= 1) return stages;
  throw new InvalidArgumentError('Expected last, how many stages, or all.');
}

function bytesInWords(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** What the training starts from, a new captioner or that of --init, and its CNN. */
async function startOf(
  { init, cnn: cnnName, cnnBackend, cell, layers, hidden, embedding }: Options,
  engine: Engine,
): Promise<Pick<CaptionTraining, 'start' | 'cnn'>> {
  if (init === undefined) {
    const cnn = await loadCnn(cnnName, cnnBackend, engine);
    return { start: { shape: { cell, layers, hidden, embedding }, cnnName }, cnn };
  }
  const { captioner, cnn } = await openCaptioner(engine, { folder: init, cnnBackend });
  return { start: captioner, cnn };
}

/** A small dataset is shown more often, unless the epochs were given. */
function settingsOf(options: Options, command: Command, datasets: readonly WeightedDataset[]): CaptionSettings {
  const defaults = options.finetune ? finetuneDefaults : captionDefaults;
  const resolved = resolveOptions(command, options, { ...defaults, ...trainingFlags(defaults) });
  const { threshold, words, smoothing, mirror: mirrored } = resolved;
  const { finetuneCnn: learned, cnnLr: learningRate, cnnWeightDecay: weightDecay, cnnViews: views } = resolved;
  const settings = {
    ...trainingSettings(resolved, defaults),
    threshold,
    ...(words && { words }),
    smoothing,
    mirrored,
    ...(learned && { cnn: { learned, learningRate, weightDecay, views } }),
  };
  if (isGiven(command, 'epochs') || options.finetune) return settings;
  // Where none of the datasets has a train split, the training refuses them and names the splits there are.
  const shown = datasets.flatMap(({ dataset: { splits }, weight = 1 }) =>
    (splits.get('train') ?? []).map(({ captions }) => weight * captions.length),
  );
  const captions = shown.reduce((sum, count) => sum + count, 0);
  return { ...settings, epochs: epochsForCaptions(captions, settings.batch) };
}
