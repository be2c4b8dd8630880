/** `seq predict`: labels sequences, or translates texts. */
import type { Command } from 'commander';
import { InputError, UsageError } from '../base/errors.ts';
import { openEngine } from '../compute/engine.ts';
import { findClips, readClips } from '../sequences/data/clips.ts';
import { loadCnnOfLabeller, seePictures } from '../sequences/data/pictures.ts';
import { readSequences } from '../sequences/data/read.ts';
import { readUnlabelledTexts, readUnlabelledTokens } from '../sequences/data/unlabelled.ts';
import { explain } from '../sequences/explain.ts';
import { SequenceLabeller } from '../sequences/labeller.ts';
import { wordsAsWritten, wordsOf } from '../sequences/words.ts';
import { Translator, translatingDefaults } from '../translation/translator.ts';
import { cachedFeatures } from '../vision/cached-features.ts';
import type { Cnn } from '../vision/cnn.ts';
import { findPictures, sayFound } from './find-pictures.ts';
import { refuseInapplicable } from './given-options.ts';
import {
  addCommonOptions,
  addEncodingOption,
  addPictureOptions,
  addVerboseOption,
  type CommonOptions,
  collect,
  type PictureOptions,
  parseInteger,
} from './options.ts';
import { write } from './output.ts';
import { Status, showExtraction } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';
import { type DataOptions, isTranslator, readingFor, SEQ_FOLDER } from './seq-options.ts';
import { bareLabelLine, clipJson, jsonLine, labelJson, labelLine, stepLines } from './seq-output.ts';
import { sourceOf } from './text-source.ts';

interface Options extends CommonOptions, PictureOptions, DataOptions {
  model: string;
  text?: string[];
  verbose?: boolean;
  explain?: boolean;
  json?: boolean;
  beam: number;
}

/** How many words an explanation names. */
const NAMED = 5;

const OUTPUT = `
Texts are read a line each, or from the column text, sentence or review of a .csv, .tsv or .jsonl; tokens a line each with
an empty line between sequences, or from the columns of CoNLL files; from standard input where no file is given. What is
written:
  label TAB probability TAB text, or the picture's file
  token TAB tag TAB probability, or the frame's file TAB label TAB probability
  a translation, an empty line for an empty one`;

export function addSequencePredictCommand(program: Command): void {
  const command = program
    .command('predict')
    .description('labels sequences, or translates them')
    .argument(
      '[files...]',
      'texts, tokens, vectors as `seq train` takes them, pictures, or folders of frames (default: standard input)',
    )
    .option('--model <folder>', 'a model of `seq train`', SEQ_FOLDER)
    .option('--text <text>', 'a text; may be given several times', collect)
    .option('--explain', 'also the words that moved the label, by how much its log odds change without them')
    .option(
      '--beam <number>',
      'hypotheses that a translator keeps; 1 is greedy',
      parseInteger(1),
      translatingDefaults.beam,
    )
    .option('--skip-odd', 'leave odd lines out, and say which, instead of refusing the file')
    .option('--json', 'one JSON value a sequence')
    .addHelpText('after', OUTPUT);
  addPictureOptions(addCommonOptions(addVerboseOption(addEncodingOption(command)))).action(predictCommand);
}

async function predictCommand(files: string[], options: Options, command: Command): Promise<void> {
  const { model, blas, quiet, json, cnnBackend } = options;
  const status = new Status(quiet);
  const engine = await openEngine(blas);
  if (await isTranslator(model)) {
    refuseInapplicable(command, ['cnnBackend', 'skipOdd'], 'a translator');
    if (options.explain) throw new UsageError('--explain is for labels of texts', { found: 'a translator' });
    return predictTranslations(await Translator.load(model, engine), await textsOf(files, options, status), options);
  }
  const labeller = await SequenceLabeller.load(model, engine);
  refuseWithoutEffect(labeller, options, command);
  status.say(engine.notice);
  const { task, shape, cnn } = labeller.config;
  const seenBy = async () => (await loadCnnOfLabeller(labeller.config, cnnBackend, engine)).cnn;
  if (cnn && task === 'tag') return predictClips(labeller, await seenBy(), files, options, status);
  if (cnn) return predictPictures(labeller, await seenBy(), files, options, status);
  if (!('vocabulary' in shape.reads)) return predictVectors(labeller, files, options, status);
  if (task === 'tag') return predictTags(labeller, await tokensOf(files, options, status), json, status);
  await predictTexts(labeller, await textsOf(files, options, status), options);
}

/** @throws UsageError that names an option without effect on what the model reads and predicts */
function refuseWithoutEffect({ config }: SequenceLabeller, options: Options, command: Command): void {
  const { task, shape, cnn } = config;
  const readsWords = 'vocabulary' in shape.reads;
  refuseInapplicable(command, ['beam'], 'labels: it is for a translator');
  if (options.explain && (task === 'tag' || !readsWords)) {
    throw new UsageError('--explain is for texts', { found: 'a model that reads something else' });
  }
  if (!readsWords) refuseInapplicable(command, ['text'], 'a model that reads no words');
  if (!cnn) refuseInapplicable(command, ['cnnBackend'], 'a model that reads no pictures');
  if (readsWords) refuseInapplicable(command, ['skipOdd'], 'a model of words, which reads every line');
  if (cnn && task === 'classify') refuseInapplicable(command, ['skipOdd'], 'single pictures, which have no lines');
}

async function predictTranslations(
  translator: Translator,
  lines: readonly string[],
  { json, beam }: Options,
): Promise<void> {
  for (const [i, { text, logProb }] of translator.translate(lines, { ...translatingDefaults, beam }).entries()) {
    const source = lines[i]!;
    const alignment = json ? translator.align(source, text) : undefined;
    await write(json ? jsonLine({ text: source, translation: text, logProb, alignment }) : `${text}\n`);
  }
}

async function predictTexts(
  labeller: SequenceLabeller,
  lines: readonly string[],
  { explain: explained, json }: Options,
): Promise<void> {
  const texts = lines.map((line) => ({ line, words: wordsOf(line) }));
  const predicted = labeller.predict(texts.flatMap(({ words }) => (words.length > 0 ? [words] : []))).values();
  for (const { line, words } of texts) {
    const prediction = words.length > 0 ? predicted.next().value![0]! : undefined;
    if (!prediction) {
      await write(json ? jsonLine({ text: line, label: null }) : '\n'); // one line for each line
      continue;
    }
    const moving = explained ? explain(labeller, words, prediction).slice(0, NAMED) : undefined;
    await write(
      json
        ? labelJson(labeller, prediction, { text: line }, moving)
        : labelLine(prediction, line.replace(/\s*[\r\n]+\s*/g, ' '), moving),
    );
  }
}

async function predictTags(
  labeller: SequenceLabeller,
  sequences: readonly string[][],
  json = false,
  status: Status,
): Promise<void> {
  const text = sequences
    .flat()
    .find((token) => /\s/.test(token.trim()) && labeller.coder.vocabulary?.idOf(token.toLowerCase()) === undefined);
  if (text !== undefined) {
    const advice = 'Tokens stand a line each, with an empty line between sequences; texts go by --text';
    status.warn(`${JSON.stringify(text)} is read as one token. ${advice}`);
  }
  for (const tokens of sequences) {
    const tags = labeller.predict([tokens])[0]!;
    await write(json ? jsonLine({ tokens, tags: tags.map(({ label }) => label) }) : stepLines(tokens, tags));
  }
}

async function predictVectors(
  labeller: SequenceLabeller,
  files: readonly string[],
  { skipOdd, encoding, json }: Options,
  status: Status,
): Promise<void> {
  const { task, reading } = labeller.config;
  if (files.length === 0) throw new UsageError('no file to read vectors from');
  for (const file of files) {
    const how = { ...readingFor(status, { skipOdd, encoding }), task, reading, use: 'test', labelled: false } as const;
    const { examples } = await readSequences([file], how);
    const predicted = labeller.predict(examples.map(({ inputs }) => inputs));
    for (const [i, ofSequence] of predicted.entries()) {
      for (const prediction of ofSequence) {
        const about = { file, sequence: i + 1 };
        await write(json ? labelJson(labeller, prediction, about) : bareLabelLine(prediction));
      }
      if (!json && task === 'tag') await write('\n');
    }
  }
}

async function predictPictures(
  labeller: SequenceLabeller,
  cnn: Cnn,
  files: readonly string[],
  { json, verbose }: Options,
  status: Status,
): Promise<void> {
  if (files.length === 0) throw new UsageError('no picture to look at');
  const found = await findPictures(files);
  sayFound(found, status, { verbose, prefix: '' });
  const { sources, errors } = found;
  const { vectors, names, skipped } = await interruptible((signal) =>
    seePictures(sources, cnn, showExtraction(status, signal)),
  );
  for (const [i, predictions] of labeller.predict(vectors).entries()) {
    const [prediction, file] = [predictions[0]!, names[i]!];
    await write(json ? labelJson(labeller, prediction, { file }) : labelLine(prediction, file));
  }
  if (errors.length + skipped > 0) throw new Exit(ExitCode.failed);
}

/** Predicts clip by clip, so that those before one that can't be read are written. */
async function predictClips(
  labeller: SequenceLabeller,
  cnn: Cnn,
  files: readonly string[],
  { json, skipOdd }: Options,
  status: Status,
): Promise<void> {
  const clips = await findClips(files);
  if (clips.length === 0) {
    throw new InputError('there are no clips to look at', { found: files.join(', '), expected: 'folders of frames' });
  }
  const look = (frames: readonly string[]) =>
    interruptible((signal) => cachedFeatures(frames, cnn, showExtraction(status, signal)));
  let failed = false;
  for (const clip of clips) {
    try {
      const { examples } = await readClips([clip], { D: cnn.featureSize, look, labelled: false });
      for (const { inputs, pictures } of examples) {
        const frames = pictures!; // a clip's steps are pictures
        const predictions = labeller.predict([inputs])[0]!;
        await write(json ? clipJson(clip, frames, predictions) : stepLines(frames, predictions));
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      status.warn(error.message);
      failed = true;
    }
  }
  if (failed && !skipOdd) throw new Exit(ExitCode.failed);
}

/** The texts of --text and of the files, or of standard input where neither is given. */
async function textsOf(files: readonly string[], options: Options, status: Status): Promise<string[]> {
  const read = await Promise.all(
    sourcesOf(files, options).map((source) => readUnlabelledTexts(source, readingFor(status, options))),
  );
  return [...(options.text ?? []), ...read.flat()];
}

/** The tokens of the words of each --text, and of the files, or of standard input where neither is given. */
async function tokensOf(files: readonly string[], options: Options, status: Status): Promise<string[][]> {
  const read = await Promise.all(
    sourcesOf(files, options).map((source) => readUnlabelledTokens(source, readingFor(status, options))),
  );
  return [...(options.text ?? []).map(wordsAsWritten), ...read.flat()].filter((tokens) => tokens.length > 0);
}

function sourcesOf(files: readonly string[], { text }: Options) {
  return (files.length === 0 && !text ? ['-'] : files).map(sourceOf);
}
