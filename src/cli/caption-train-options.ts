/** The options of `caption train`: what they are, which go together, and the settings of a training that they mean. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { counted } from '../base/counted.ts';
import { UsageError } from '../base/errors.ts';
import type { WeightedDataset } from '../captioning/caption-data.ts';
import {
  attentionDefaults,
  attentionFinetuneRate,
  type CaptionSettings,
  type CnnSettings,
  captionDefaults,
  captionShapeDefaults,
  cnnDefaults,
  epochsForCaptions,
  finetuneDefaults,
} from '../captioning/config.ts';
import type { CaptionTraining } from '../captioning/train.ts';
import { CNN_NAMES } from '../vision/networks/describe-cnn.ts';
import type { DatasetOptions } from './dataset-options.ts';
import { isGiven, refuseGiven, refuseInapplicable, resolveOptions } from './given-options.ts';
import {
  type CommonOptions,
  type PictureOptions,
  parseAtLeast,
  parseInteger,
  parseLanguages,
  parsePositive,
  parsePositives,
  parseShare,
} from './options.ts';
import { type TrainingOptions, trainingFlags, trainingSettings } from './training-options.ts';

/** Options about the shape of a new captioner, which one given by --init has already. */
const SHAPE = ['cell', 'layers', 'hidden', 'embedding', 'cnn'];

/** Options about attention. */
const ATTENTION = ['grid', 'attentionGate', 'attentionCoverage'];

/** Options about a CNN that learns. */
const CNN_LEARNING = ['cnnLr', 'cnnWeightDecay', 'cnnViews'];

export interface CaptionTrainOptions extends CommonOptions, PictureOptions, DatasetOptions, TrainingOptions {
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

export function addCaptionTrainOptions(command: Command): void {
  command
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
}

/** @throws UsageError when options contradict each other */
export function checkCaptionTrainOptions(
  paths: readonly string[],
  { weight, language, init, finetune, finetuneCnn, resume }: CaptionTrainOptions,
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

/**
 * Whether and how a captioner attends to places, and how much coverage counts.
 *
 * @param grid of the captioner that the training starts from, where that attends to places already
 * @throws UsageError when options of attention are given where they do not apply
 */
export function attentionOf(
  { attention, grid: cells, attentionGate: gate, attentionCoverage, finetune }: CaptionTrainOptions,
  grid: number | undefined,
  command: Command,
): Pick<CaptionTraining, 'attention'> & Pick<CaptionSettings, 'coverage'> & { attends: boolean } {
  if (grid !== undefined) {
    const found = `a captioner that looks at maps of ${grid} × ${grid} already`;
    refuseGiven(command, ['attention', 'grid', 'attentionGate'], '--init', found);
  }
  const attends = attention === true || grid !== undefined;
  if (!attends) refuseInapplicable(command, ATTENTION, 'a captioner that does not look at places, as by --attention');
  return {
    attention: attention ? { grid: cells, gate } : undefined,
    attends,
    coverage: attends && !finetune ? attentionCoverage : undefined,
  };
}

/**
 * A small dataset is shown more often, unless the epochs were given, or the weights are those of another captioner: that
 * knows how to write, and would learn few pictures by heart.
 *
 * @param attends whether it attends to places of the picture
 */
export function captionSettingsOf(
  options: CaptionTrainOptions,
  command: Command,
  datasets: readonly WeightedDataset[],
  attends: boolean,
): CaptionSettings {
  const defaults = options.finetune
    ? { ...finetuneDefaults, ...(attends && { learningRate: attentionFinetuneRate }) }
    : captionDefaults;
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
  if (isGiven(command, 'epochs') || options.init) return settings;
  // Where none of the datasets has a train split, the training refuses them and names the splits there are.
  const shown = datasets.flatMap(({ dataset: { splits }, weight = 1 }) =>
    (splits.get('train') ?? []).map(({ captions }) => weight * captions.length),
  );
  const captions = shown.reduce((sum, count) => sum + count, 0);
  return { ...settings, epochs: epochsForCaptions(captions, settings.batch) };
}
