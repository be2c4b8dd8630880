import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { InputError, UsageError } from '../base/errors.ts';
import { openEngine } from '../compute/engine.ts';
import { readText } from '../datasets/files.ts';
import { findClips, readClips } from '../sequences/data/clips.ts';
import { loadCnnOfLabeller, seePictures } from '../sequences/data/pictures.ts';
import { readSequences } from '../sequences/data/read.ts';
import { readTokenLines } from '../sequences/data/tags.ts';
import { explain, type MovingWord } from '../sequences/explain.ts';
import { type Prediction, SequenceLabeller } from '../sequences/labeller.ts';
import { wordsOf } from '../sequences/words.ts';
import { Translator, translatingDefaults } from '../translation/translator.ts';
import { cachedFeatures } from '../vision/cached-features.ts';
import { findPictures } from './find-pictures.ts';
import { refuseInapplicable } from './given-options.ts';
import {
  addCommonOptions,
  addPictureOptions,
  type CommonOptions,
  collect,
  type PictureOptions,
  parseInteger,
} from './options.ts';
import { write } from './output.ts';
import { Status, showExtraction } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';
import { type DataOptions, isTranslator, SEQ_FOLDER } from './seq-options.ts';

interface Options extends CommonOptions, PictureOptions, DataOptions {
  model: string;
  text?: string[];
  explain?: boolean;
  json?: boolean;
  beam: number;
}

/** Words that an explanation names. */
const NAMED = 5;

const OUTPUT = `
Texts are read a line each, tokens a line each with an empty line between sequences; from standard input where no file
is given. What is written:
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
  addPictureOptions(addCommonOptions(command)).action(predictCommand);
}

async function predictCommand(files: string[], options: Options, command: Command): Promise<void> {
  const { model, blas, quiet, explain: explained, json } = options;
  const status = new Status(quiet);
  const engine = await openEngine(blas);
  if (await isTranslator(model)) return predictTranslations(await Translator.load(model, engine), files, options);
  refuseInapplicable(command, ['beam'], 'labels: it is for a translator');
  const labeller = await SequenceLabeller.load(model, engine);
  const { task, shape } = labeller.config;
  if (explained && (task === 'tag' || !('vocabulary' in shape.reads))) {
    throw new UsageError('--explain is for texts', { found: 'a model that reads something else' });
  }
  if (!('vocabulary' in shape.reads)) refuseInapplicable(command, ['text'], 'a model that reads no words');
  status.say(engine.notice);
  if (labeller.config.cnn) {
    return task === 'tag'
      ? predictClips(labeller, files, options, status)
      : predictPictures(labeller, files, options, status);
  }
  if (!('vocabulary' in shape.reads)) return predictVectors(labeller, files, options, status);
  const lines = await linesOf(files, options);
  if (task === 'tag') return predictTags(labeller, readTokenLines(lines), json);
  await predictTexts(labeller, lines, options);
}

async function predictTranslations(translator: Translator, files: readonly string[], options: Options): Promise<void> {
  const { json, beam, explain: explained } = options;
  if (explained) throw new UsageError('--explain is for labels of texts', { found: 'a translator' });
  const lines = await linesOf(files, options);
  for (const [i, { text, logProb }] of translator.translate(lines, { ...translatingDefaults, beam }).entries()) {
    const alignment = json ? translator.align(lines[i]!, text) : undefined;
    await write(json ? `${JSON.stringify({ text: lines[i], translation: text, logProb, alignment })}\n` : `${text}\n`);
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
    const prediction = words.length > 0 ? predicted.next().value?.[0] : undefined;
    if (!prediction) {
      await write(json ? `${JSON.stringify({ text: line, label: null })}\n` : '\n'); // a line for each line
      continue;
    }
    const moving = explained ? explain(labeller, words, prediction).slice(0, NAMED) : undefined;
    await write(json ? jsonLine(labeller, prediction, { text: line }, moving) : textLine(prediction, line, moving));
  }
}

async function predictTags(labeller: SequenceLabeller, sequences: readonly string[][], json = false): Promise<void> {
  for (const tokens of sequences) {
    const tags = labeller.predict([tokens])[0] ?? [];
    if (json) await write(`${JSON.stringify({ tokens, tags: tags.map(({ label }) => label) })}\n`);
    else await write(taggedLines(tokens, tags));
  }
}

async function predictVectors(
  labeller: SequenceLabeller,
  files: readonly string[],
  { skipOdd, json }: Options,
  status: Status,
): Promise<void> {
  const { task, reading } = labeller.config;
  if (files.length === 0) throw new UsageError('no file to read vectors from');
  for (const file of files) {
    const onOdd = (message: string) => status.warn(message);
    const reads = { task, reading, skipOdd, onOdd, use: 'test', labelled: false } as const;
    const { examples } = await readSequences([file], reads);
    const predicted = labeller.predict(examples.map(({ inputs }) => inputs));
    for (const [i, ofSequence] of predicted.entries()) {
      for (const prediction of ofSequence) {
        await write(json ? jsonLine(labeller, prediction, { file, sequence: i + 1 }) : `${labelled(prediction)}\n`);
      }
      if (!json && task === 'tag') await write('\n');
    }
  }
}

async function predictPictures(
  labeller: SequenceLabeller,
  files: readonly string[],
  { cnnBackend, json }: Options,
  status: Status,
): Promise<void> {
  if (files.length === 0) throw new UsageError('no picture to look at');
  const { sources, errors } = await findPictures(files);
  for (const { message } of errors) status.warn(message);
  const { cnn } = await loadCnnOfLabeller(labeller.config, cnnBackend);
  const { vectors, names, skipped } = await interruptible((signal) =>
    seePictures(sources, cnn, showExtraction(status, signal)),
  );
  for (const [i, [prediction]] of labeller.predict(vectors).entries()) {
    const file = names[i] ?? '';
    if (prediction)
      await write(json ? jsonLine(labeller, prediction, { file }) : textLine(prediction, file, undefined));
  }
  if (errors.length + skipped > 0) throw new Exit(ExitCode.failed);
}

/** Clip by clip: what was said of one stays said when another can't be read. */
async function predictClips(
  labeller: SequenceLabeller,
  files: readonly string[],
  { cnnBackend, json, skipOdd }: Options,
  status: Status,
): Promise<void> {
  const clips = await findClips(files);
  if (clips.length === 0) {
    throw new InputError('there are no clips to look at', { found: files.join(', '), expected: 'folders of frames' });
  }
  const { cnn } = await loadCnnOfLabeller(labeller.config, cnnBackend);
  const look = (frames: readonly string[]) =>
    interruptible((signal) => cachedFeatures(frames, cnn, showExtraction(status, signal)));
  let failed = false;
  for (const clip of clips) {
    try {
      const { examples } = await readClips([clip], { D: cnn.featureSize, look, labelled: false });
      for (const { inputs, pictures: frames = [] } of examples) {
        const labels = labeller.predict([inputs])[0] ?? [];
        await write(json ? clipInJson(clip, frames, labels) : taggedLines(frames, labels));
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      status.warn(error.message);
      failed = true;
    }
  }
  if (failed && !skipOdd) throw new Exit(ExitCode.failed);
}

async function linesOf(files: readonly string[], { text: texts }: Options): Promise<string[]> {
  const contents = await Promise.all(files.map((file) => (file === '-' ? text(process.stdin) : readText(file))));
  if (files.length === 0 && !texts) contents.push(await text(process.stdin));
  return [
    ...(texts ?? []),
    ...contents.flatMap((content) => (content === '' ? [] : content.replace(/\r?\n$/, '').split(/\r?\n/))),
  ];
}

/** A line for each step, and an empty one after the sequence. */
function taggedLines(steps: readonly string[], labels: readonly Prediction[]): string {
  return `${steps.map((step, t) => `${step}\t${labelled(labels[t])}\n`).join('')}\n`;
}

function clipInJson(clip: string, frames: readonly string[], said: readonly Prediction[]): string {
  const [labels, probabilities] = [said.map(({ label }) => label), said.map(({ probability }) => probability)];
  return `${JSON.stringify({ clip, frames, labels, probabilities })}\n`;
}

function labelled(prediction: Prediction | undefined): string {
  return `${prediction?.label}\t${prediction?.probability.toFixed(4)}`;
}

function textLine(prediction: Prediction, line: string, moving: readonly MovingWord[] | undefined): string {
  const words = moving?.map(({ word, moves }) => `${moves < 0 ? '−' : '+'}${Math.abs(moves).toFixed(2)} ${word}`);
  return `${labelled(prediction)}\t${line}${words ? `\t${words.join(', ')}` : ''}\n`;
}

function jsonLine(
  { coder }: SequenceLabeller,
  { label, probability, probabilities }: Prediction,
  about: object,
  words?: readonly MovingWord[],
): string {
  const all = Object.fromEntries(coder.labels.map((name, i) => [name, probabilities[i]]));
  return `${JSON.stringify({ ...about, label, probability, probabilities: all, ...(words && { words }) })}\n`;
}
