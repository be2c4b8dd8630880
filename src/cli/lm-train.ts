/** `lm train`: trains a language model on text files, as one text or as sequences of their own. */
import { type Command, Option } from 'commander';
import type { LeftOut } from '../base/walk.ts';
import type { Engine } from '../compute/engine.ts';
import { describeOddity, type Oddity } from '../datasets/oddities.ts';
import {
  amountInWords,
  defaultsOf,
  type LanguageConfig,
  type LanguageSettings,
  languageConfigSchema,
  languageDefaults,
  languageShapeDefaults,
  type SequenceKind,
  sequenceStepsOf,
  splitInWords,
} from '../language/config.ts';
import type { LanguageData } from '../language/data.ts';
import { type LanguagePreset, languagePresets, type PresetName } from '../language/presets.ts';
import { writeLanguageProgress, writeLanguageReport } from '../language/report.ts';
import { TextModel } from '../language/text-model.ts';
import { type LanguageTraining, resumeLanguageModel, trainLanguageModel } from '../language/train.ts';
import { readConfig } from '../model/model-folder.ts';
import { LEVELS, type Level, tokenizers } from '../text/tokenizer.ts';
import { isGiven, refuseGiven, refuseInapplicable, resolveOptions } from './given-options.ts';
import {
  addCommonOptions,
  addEncodingOption,
  addVerboseOption,
  type CommonOptions,
  collect,
  LM_FOLDER,
  parseInteger,
  parseShare,
} from './options.ts';
import { called, quote } from './resume-command.ts';
import { sourceOf } from './text-source.ts';
import { runTraining, type TrainingShow } from './training-command.ts';
import { addTrainingOptions, type TrainingOptions, trainingFlags, trainingSettings } from './training-options.ts';

interface Options extends CommonOptions, TrainingOptions {
  preset?: PresetName;
  continue?: string;
  lines?: boolean;
  documents?: boolean;
  column?: string;
  level: Level;
  steps: number;
  split: LanguageSettings['split'];
  valFraction?: number;
  valFile?: string[];
  minCount?: number;
  embedding?: number;
  sampleEvery: number;
  encoding?: string;
  verbose?: boolean;
}

/** Options of the model's shape, which a model that is continued has already. */
const SHAPE = ['preset', 'level', 'cell', 'layers', 'hidden', 'embedding'];
/** The shares of the text that are held out by default, by the split; that of `char-rnn` is char-rnn's. */
const VAL_FRACTIONS = { end: languageDefaults.valFraction, 'char-rnn': 0.05 };

export function addLanguageTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('trains a language model on text files')
    .argument(
      '<file...>',
      'text of any size, - for standard input; several files, or those in a folder, are read as one text, unless it is said that they hold sequences',
    )
    .addOption(
      new Option(
        '--preset <name>',
        'other defaults: those of a well-known program, or an LSTM of 2 × 512, by dropout alone (large), or by weight dropout and an average of the weights too, in half an hour for a megabyte (best)',
      ).choices(Object.keys(languagePresets)),
    )
    .addOption(
      new Option('--lines', 'each line is a sequence: nothing is carried from one to the next').conflicts([
        'documents',
        'column',
      ]),
    )
    .addOption(new Option('--documents', 'each file is a sequence').conflicts('column'))
    .option('--column <name>', 'each row of a .csv, .tsv or .jsonl is a sequence: its text in this column')
    .option('--continue <folder>', 'start from the weights of this model; tokens that are new to it are added')
    .addOption(new Option('--level <level>', 'what the model reads and writes').choices(LEVELS).default('char'))
    .option('--min-count <number>', 'tokens that come less often are unknown (default: 1, words 3)', parseInteger(1))
    .option('--embedding <number>', 'size of token vectors, 0 for none (default: 0, words --hidden)', parseInteger(0))
    .option(
      '--steps <number>',
      'tokens that gradients flow back over; of sequences 400, words 100, and longer ones are learned in pieces',
      parseInteger(1),
      languageDefaults.steps,
    )
    .addOption(
      new Option('--split <split>', 'validate on the end of the text, or of each stream as char-rnn does')
        .choices(['end', 'char-rnn'])
        .default(languageDefaults.split),
    )
    .option(
      '--val-fraction <share>',
      'share of the text for validation, 0 for none; of sequences those by hash (default: 0.1, with --split char-rnn 0.05)',
      parseShare({ zero: true }),
    )
    .addOption(
      new Option('--val-file <file>', 'validate on other text; may be given several times')
        .conflicts(['split', 'valFraction'])
        .argParser(collect),
    )
    .option(
      '--sample-every <updates>',
      'updates between samples in the log; 0 for after 0, 10, 30, 100, 300, …',
      parseInteger(0),
      languageDefaults.samples.every,
    );
  addTrainingOptions(command, { ...languageDefaults, ...languageShapeDefaults }, LM_FOLDER);
  addCommonOptions(addVerboseOption(addEncodingOption(command))).action(trainCommand);
}

async function trainCommand(files: string[], options: Options, command: Command): Promise<void> {
  if (options.continue) refuseGiven(command, SHAPE, '--continue', 'a model with a shape of its own');
  const sequences = sequencesOf(options);
  if (sequences) refuseInapplicable(command, ['split'], 'sequences, which are held out by their hashes');
  const preset = options.preset ? languagePresets[options.preset] : DEFAULTS;
  const { settings, shape } = preset;
  const flags = { ...settings, ...shape, ...trainingFlags(settings), sampleEvery: settings.samples.every };
  const resolved = {
    ...resolveOptions(command, options, flags),
    valFraction: valFractionOf(options, settings, command),
  };
  await runTraining<LanguageConfig, LanguageData>(command, options, SHOW, async ({ status, engine }) => {
    const onReading = (read: number) => status.update(() => `reading the text: ${Math.floor(100 * read)} %`);
    const { encoding, verbose, valFile: validationFiles } = options;
    let said = false; // the files are listed each time that the text is read
    const oddities = new Set<string>();
    const onLeftOut = (leftOut: LeftOut) => {
      if (!said) status.sayLeftOut(leftOut, verbose);
      said = true;
    };
    const onOddity = (oddity: Oddity) => {
      if (!oddities.has(oddity.what)) status.say(describeOddity(oddity));
      oddities.add(oddity.what);
    };
    const text = { files: files.map(sourceOf), validationFiles, encoding, onLeftOut, onOddity, onReading };
    if (options.resume) return (training) => resumeLanguageModel({ ...training, ...text });
    const start = await startOf(resolved, engine);
    const level = start instanceof TextModel ? start.config.level : start.level;
    const steps = sequences && !isGiven(command, 'steps') ? sequenceStepsOf(level) : resolved.steps;
    const trained = { ...text, start, settings: settingsOf({ ...resolved, level, steps }, settings) };
    return (training) => trainLanguageModel({ ...training, ...trained });
  });
}

const DEFAULTS: LanguagePreset = { shape: languageShapeDefaults, settings: languageDefaults };

const SHOW: TrainingShow<LanguageConfig, LanguageData> = {
  unitOf: ({ level }) => `${tokenizers[level].unit}s`,
  describeStart,
  writeProgress: writeLanguageProgress,
  finish: (folder, data, engine, { turns }) =>
    writeLanguageReport(folder, data, engine, turns('comparing with an n-gram model')),
  describeEnd: async (folder) => describeEnd(await readConfig(folder, languageConfigSchema)),
  use: (folder) => `write with \`${called('lm')} sample --model ${quote(folder)}\``,
};

/** What the files hold, where that is sequences. */
function sequencesOf({ lines, documents, column }: Options): SequenceKind | undefined {
  if (column !== undefined) return { are: 'rows', column };
  if (documents) return { are: 'documents' };
  return lines ? { are: 'lines' } : undefined;
}

/** A new model, or the one that is continued. */
async function startOf(options: Options, engine: Engine): Promise<LanguageTraining['start']> {
  if (options.continue) return TextModel.load(options.continue, engine);
  const { level, cell, layers, hidden } = options;
  const { embedding = defaultsOf(level, hidden).embedding } = options;
  return { level, shape: { cell, layers, hidden, embedding } };
}

/**
 * The share that is held out. A preset may hold nothing out, but where a split is asked for.
 *
 * @throws UsageError when nothing is held out, and an option was given that is about what is
 */
function valFractionOf({ valFile, valFraction, split }: Options, preset: LanguageSettings, command: Command): number {
  if (valFile) return 0;
  const holdsOut = preset.valFraction > 0 || isGiven(command, 'split');
  const share = valFraction ?? (holdsOut ? VAL_FRACTIONS[split] : 0);
  if (share === 0) {
    const where = valFraction === 0 ? '--val-fraction 0, which leaves' : 'a preset that leaves';
    refuseInapplicable(command, ['split', 'patience'], `${where} nothing to validate on`);
  }
  return share;
}

function settingsOf(options: Options & { valFraction: number }, defaults: LanguageSettings): LanguageSettings {
  const { level, hidden, steps, split, valFraction, sampleEvery } = options;
  return {
    ...trainingSettings(options, defaults),
    steps,
    split,
    sequences: sequencesOf(options),
    minCount: options.minCount ?? defaultsOf(level, hidden).minCount,
    valFraction,
    samples: { ...defaults.samples, every: sampleEvery },
  };
}

function describeStart(config: LanguageConfig, parameters: number): string {
  const { shape, text, settings } = config;
  const { sequences } = text;
  const leftOut = sequences?.leftOut
    ? ` (without ${sequences.leftOut.toLocaleString('en')} that the files for validation have too)`
    : '';
  const validation = settings.valFraction > 0 || text.validation ? splitInWords(config) : 'nothing';
  return (
    `${amountInWords(config)}${leftOut}, ${shape.vocabulary.toLocaleString('en')} different ones; ` +
    `${parameters.toLocaleString('en')} parameters; validation on ${validation}`
  );
}

function describeEnd(config: LanguageConfig): string {
  const loss = config.scores['loss'];
  if (typeof loss !== 'number') return 'the last weights are';
  return `validation loss ${loss.toFixed(4)} nats per ${tokenizers[config.level].unit} on ${splitInWords(config)},`;
}
