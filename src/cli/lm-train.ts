import { type Command, Option } from 'commander';
import { type Engine, openEngine } from '../compute/engine.ts';
import {
  defaultsOf,
  type LanguageConfig,
  type LanguageSettings,
  languageConfigSchema,
  languageDefaults,
  languageShapeDefaults,
  splitInWords,
} from '../language/config.ts';
import { type LanguagePreset, languagePresets, type PresetName } from '../language/presets.ts';
import { writeLanguageProgress, writeLanguageReport } from '../language/report.ts';
import { type LanguageTraining, resumeLanguageModel, trainLanguageModel } from '../language/train.ts';
import { loadModel, readConfig, refuseModel } from '../model/model-folder.ts';
import { LEVELS, type Level, tokenizers } from '../text/tokenizer.ts';
import type { TrainingEvent } from '../training/trainer.ts';
import { LiveReport } from './live-report.ts';
import { addCommonOptions, type CommonOptions, collect, integer, LM_FOLDER, share } from './options.ts';
import { Status, showTraining } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';
import {
  addTrainingOptions,
  refuseGiven,
  refuseSettingsOnResume,
  type TrainingOptions,
  trainingSettings,
  useDefaults,
} from './training-options.ts';

interface Options extends CommonOptions, TrainingOptions {
  preset?: PresetName;
  continue?: string;
  level: Level;
  steps: number;
  split: LanguageSettings['split'];
  valFraction?: number;
  valFile?: string[];
  minCount?: number;
  embedding?: number;
  sampleEvery: number;
}

/** What the model that is continued has decided. */
const SHAPE = ['preset', 'level', 'cell', 'layers', 'hidden', 'embedding'];
/** Validation texts of the two splits where nothing is said: char-rnn's is char-rnn's. */
const VAL_FRACTIONS = { end: languageDefaults.valFraction, 'char-rnn': 0.05 };

export function addTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('trains a language model on text files')
    .argument('<file...>', 'UTF-8 text of any size; several files, or those in a folder, are read as one text')
    .addOption(
      new Option(
        '--preset <name>',
        'other defaults: those of a well-known program, or for an hour of training',
      ).choices(Object.keys(languagePresets)),
    )
    .option('--continue <folder>', 'start from the weights of this model; tokens that are new to it are added')
    .addOption(new Option('--level <level>', 'what the model reads and writes').choices(LEVELS).default('char'))
    .option('--min-count <number>', 'tokens that come less often are unknown (default: 1, words 3)', integer(1))
    .option('--embedding <number>', 'size of token vectors, 0 for none (default: 0, words --hidden)', integer(0))
    .option('--steps <number>', 'tokens that gradients flow back over', integer(1), languageDefaults.steps)
    .addOption(
      new Option('--split <split>', 'validate on the end of the text, or of each stream as char-rnn does')
        .choices(['end', 'char-rnn'])
        .default(languageDefaults.split),
    )
    .option(
      '--val-fraction <share>',
      'share of the text for validation, 0 for none (default: 0.1, with --split char-rnn 0.05)',
      share({ zero: true }),
    )
    .addOption(
      new Option('--val-file <file>', 'validate on other text; may be given several times')
        .conflicts(['split', 'valFraction'])
        .argParser(collect),
    )
    .option(
      '--sample-every <updates>',
      'updates between samples in the log; 0 for after 0, 10, 30, 100, 300, …',
      integer(0),
      languageDefaults.samples.every,
    );
  addTrainingOptions(command, { ...languageDefaults, ...languageShapeDefaults }, LM_FOLDER);
  addCommonOptions(command).action(trainCommand);
}

async function trainCommand(files: string[], options: Options, command: Command): Promise<void> {
  const { out: folder, resume, valFile: validationFiles, blas, precision } = options;
  if (resume) refuseSettingsOnResume(command);
  else await refuseModel(folder);
  if (options.continue) refuseGiven(command, SHAPE, '--continue', 'a model with a shape of its own');
  const preset = presetOf(options, command);
  const status = new Status(options.quiet);
  const engine = await openEngine(blas, precision);
  status.say(engine.notice);

  const report = new LiveReport(() => writeLanguageProgress(folder));
  const { interrupted, progress } = await interruptible(async (signal) => {
    let show: (event: TrainingEvent) => void = () => {};
    const training = {
      engine,
      files,
      validationFiles,
      folder,
      signal,
      onReading: (read: number) => status.update(() => `reading the text: ${Math.floor(100 * read)} %`),
      onStart(config: LanguageConfig, parameters: number) {
        show = showTraining(status, `${tokenizers[config.level].unit}s`);
        status.say(describeStart(config, parameters));
      },
      onEvent(event: TrainingEvent) {
        show(event);
        if (event.type === 'validation' || event.type === 'sample') report.refresh();
      },
      async onDone(text: Parameters<NonNullable<LanguageTraining['onDone']>>[0]) {
        await report.settled();
        status.update(() => 'comparing with an n-gram model');
        await writeLanguageReport(folder, text, engine);
      },
    };
    if (resume) return resumeLanguageModel(training);
    const start = await startOf(options, engine);
    const { level } = 'config' in start ? start.config : start;
    return trainLanguageModel({ ...training, start, settings: settingsOf({ ...options, level }, preset) });
  });
  await report.settled();
  if (interrupted) {
    const validation = validationFiles ? ` --val-file ${validationFiles.join(' ')}` : '';
    status.say(
      `stopped at update ${progress.iteration}, saved; go on with \`lm train ${files.join(' ')}${validation} --out ${folder} --resume\``,
    );
    throw new Exit(ExitCode.interrupted);
  }
  const config = await readConfig(folder, languageConfigSchema);
  status.say(`done: ${describeEnd(config)} in ${folder}, with report.html; write with \`lm sample --model ${folder}\``);
}

/** The preset's values become the defaults of the options. */
function presetOf({ preset: name }: Options, command: Command): LanguagePreset {
  const preset = name ? languagePresets[name] : { shape: languageShapeDefaults, settings: languageDefaults };
  const { shape, settings } = preset;
  const { optimizer, learningRate: lr, clipping, samples } = settings;
  const named = { optimizer: optimizer.name, lr, clip: clipping?.limit ?? 0, clipBy: clipping?.by ?? 'norm' };
  useDefaults(command, { ...settings, ...shape, ...named, sampleEvery: samples.every });
  return preset;
}

/** A new model, or the one that is continued. */
async function startOf(options: Options, engine: Engine): Promise<LanguageTraining['start']> {
  if (options.continue) return loadModel(options.continue, engine, languageConfigSchema);
  const { level, cell, layers, hidden } = options;
  const { embedding = defaultsOf(level, hidden).embedding } = options;
  return { level, shape: { cell, layers, hidden, embedding } };
}

function settingsOf(options: Options, { settings }: LanguagePreset): LanguageSettings {
  const { level, hidden, steps, split, sampleEvery } = options;
  const presetFraction = settings.valFraction === 0 ? 0 : VAL_FRACTIONS[split];
  return {
    ...trainingSettings(options, settings),
    steps,
    split,
    minCount: options.minCount ?? defaultsOf(level, hidden).minCount,
    valFraction: options.valFile ? 0 : (options.valFraction ?? presetFraction),
    samples: { ...settings.samples, every: sampleEvery },
  };
}

function describeStart(config: LanguageConfig, parameters: number): string {
  const { level, shape, text, settings } = config;
  const { unit } = tokenizers[level];
  const validation = settings.valFraction > 0 || text.validation ? splitInWords(config) : 'nothing';
  return (
    `${text.tokens.toLocaleString('en')} ${unit}s, ${shape.vocabulary.toLocaleString('en')} different ones; ` +
    `${parameters.toLocaleString('en')} parameters; validation on ${validation}`
  );
}

function describeEnd(config: LanguageConfig): string {
  const loss = config.scores['loss'];
  if (typeof loss !== 'number') return 'the last weights are';
  return `validation loss ${loss.toFixed(4)} nats per ${tokenizers[config.level].unit} on ${splitInWords(config)},`;
}
