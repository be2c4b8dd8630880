/**
 * Text files become token ids, however large they are. They are read twice: once to count their tokens, which says what
 * is in the vocabulary and where the text is split, and once to write the ids into a file beside the model. That file
 * is read from then on, also by a training that is resumed. It knows no model.
 */

import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import type { LeftOut } from '../base/walk.ts';
import type { Oddity } from '../datasets/oddities.ts';
import { bytesOfIds, type OpenCorpus, openIds, writeIds } from '../text/id-file.ts';
import { type FileReadOptions, hashFiles, tokenizeFiles } from '../text/read.ts';
import { UNKNOWN } from '../text/special-tokens.ts';
import { TokenCounter } from '../text/token-counter.ts';
import { type Level, type Tokenizer, tokenizers } from '../text/tokenizer.ts';
import { Vocabulary } from '../text/vocabulary.ts';
import type { LanguageConfig, LanguageSettings } from './config.ts';
import { textFilesOf } from './files.ts';
import { idsOf } from './ids.ts';
import { type SplitText, splitText } from './split.ts';

/** Where a text comes from. Several files are read as one text in their order. */
export interface TextSource {
  /** Files or folders. */
  files: readonly string[];
  /** Of the files. Default: UTF-8, or what their first bytes say */
  encoding?: string | undefined;
  /** Called with what was left out of folders. */
  onLeftOut?: ((leftOut: LeftOut) => void) | undefined;
  /** Called with what is odd in tables. */
  onOddity?: ((oddity: Oddity) => void) | undefined;
  /** Files or folders of a text for validation, where that is not a part of the text. */
  validationFiles?: readonly string[] | undefined;
}

/** A text that was counted: what a config says of it, and its vocabulary. */
export interface CountedText {
  text: LanguageConfig['text'];
  vocabulary: Vocabulary;
}

/** A text that can be read, and must be closed. */
export interface LanguageText extends SplitText {
  vocabulary: Vocabulary;
  tokenizer: Tokenizer;
  close(): void;
}

/** Called now and then with the share of the work that is done. */
export type ReadingProgress = (share: number) => void;

/** Callbacks of the reading of a text, and the signal that stops it. */
export interface Reading {
  onProgress?: ReadingProgress | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Counts a text. The vocabulary is that of the training part alone: a token that only held-out text has is unknown, as it
 * would be in use. With char-rnn's split, or with nothing held out, it is that of all the text, as in char-rnn and
 * min-char-rnn.
 *
 * @param known a vocabulary whose tokens keep their ids
 * @throws InputError when a file can't be read, is not UTF-8, or there is too little text
 */
export async function countText(
  source: TextSource,
  level: Level,
  settings: LanguageSettings,
  { known = new Vocabulary([]), ...reading }: Reading & { known?: Vocabulary | undefined } = {},
): Promise<CountedText> {
  const tokenizer = tokenizers[level];
  const { files, heldOutFiles, options } = await filesOf(source, level, reading, 2);
  const counter = new TokenCounter(settings.minCount);
  for await (const tokens of tokenizeFiles(files, tokenizer, options)) counter.add(tokens);
  let heldOut: { length: number } | undefined;
  if (heldOutFiles) {
    heldOut = { length: 0 };
    for await (const tokens of tokenizeFiles(heldOutFiles, tokenizer, options)) heldOut.length += tokens.length;
  }

  if (counter.different < 2) throw nothingToLearn(counter, source, tokenizer);
  const unread = ({ length }: { length: number }) => ({ length, read: () => [] });
  const whole = unread({ length: counter.tokens });
  const { training } = splitText(whole, heldOut && unread(heldOut), settings, tokenizer.unit);
  const hasEnd = !heldOut && settings.split === 'end' && settings.valFraction > 0;
  const frequent = counter.frequent(hasEnd ? training[0]!.length : counter.tokens);
  if (frequent.length === 0) throw nothingFrequent(counter, source, settings, tokenizer);
  const complete = !heldOut && settings.valFraction === 0 && settings.minCount === 1;
  const vocabulary = known.extendedBy(complete ? frequent : [UNKNOWN, ...frequent]);
  return {
    vocabulary,
    text: {
      files: fileNamesOf(source.files),
      tokens: counter.tokens,
      ...(heldOut && { validation: { files: fileNamesOf(source.validationFiles!), tokens: heldOut.length } }),
      hash: await hashFiles([...files, ...(heldOutFiles ?? [])], options),
    },
  };
}

/**
 * Opens a text for training: from the ids beside the model where they are, else from the files again.
 *
 * @param folder of the model
 */
export async function openText(
  folder: string,
  source: TextSource,
  { text, vocabulary }: CountedText,
  { level, settings }: Pick<LanguageConfig, 'level' | 'settings'>,
  reading: Reading = {},
): Promise<LanguageText> {
  const { files, heldOutFiles, options } = await filesOf(source, level, reading, 1);
  const tokenizer = tokenizers[level];
  const whole = await openPart(TEXT_IDS, files, text.tokens);
  const heldOut =
    heldOutFiles && text.validation && (await openPart(VALIDATION_IDS, heldOutFiles, text.validation.tokens));
  return {
    vocabulary,
    tokenizer,
    ...splitText(whole, heldOut, settings, tokenizer.unit),
    close() {
      whole.close();
      heldOut?.close();
    },
  };

  async function openPart(name: string, paths: readonly string[], tokens: number): Promise<OpenCorpus> {
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found?.size !== bytesOfIds(tokens, vocabulary.size)) await writeIds(file, encode(paths), vocabulary.size);
    return openIds(file, vocabulary.size);
  }

  async function* encode(paths: readonly string[]) {
    for await (const tokens of tokenizeFiles(paths, tokenizer, options)) yield idsOf(tokens, vocabulary);
  }
}

/** A hash of what is in the files of a text, as its config has it. */
export async function hashOfText(source: TextSource, level: Level, reading: Reading = {}): Promise<string> {
  const { files, heldOutFiles, options } = await filesOf(source, level, reading, 1);
  return hashFiles([...files, ...(heldOutFiles ?? [])], options);
}

/** Deletes the ids beside a model, and what a kill left of them. */
export async function deleteIds(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const ids = names.filter((name) => [TEXT_IDS, VALIDATION_IDS].some((start) => name.startsWith(start)));
  for (const name of ids) await rm(join(folder, name), { recursive: true });
}

/** The folder beside a model for copies of pipes; `deleteIds` deletes it too. */
export const PIPES = 'text.ids-input';

const TEXT_IDS = 'text.ids';
const VALIDATION_IDS = 'validation.ids';

/**
 * The files of a source, and options for reading them that tell the share that was read.
 *
 * @param times how often they are going to be read
 */
export async function filesOf(
  { files, validationFiles, encoding, onLeftOut }: TextSource,
  level: Level,
  { onProgress, signal }: Reading,
  times: number,
) {
  const readsBytes = tokenizers[level].encoding === 'latin1';
  const { files: paths, leftOut } = await textFilesOf(files, readsBytes);
  const heldOut = validationFiles && (await textFilesOf(validationFiles, readsBytes));
  if (heldOut) leftOut.join(heldOut.leftOut);
  onLeftOut?.(leftOut);
  const heldOutFiles = heldOut?.files;
  const sizeOf = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0; // reading it says more
  const sizes = await Promise.all([...paths, ...(heldOutFiles ?? [])].map(sizeOf));
  const bytes = times * sizes.reduce((sum, size) => sum + size, 0);
  let read = 0;
  const onRead = (count: number) => {
    read += count;
    onProgress?.(Math.min(1, read / bytes));
  };
  return { files: paths, heldOutFiles, options: { onRead, signal, encoding } satisfies FileReadOptions };
}

/** The names of files, without their folders: what a config says of a text. */
export function fileNamesOf(paths: readonly string[]): string[] {
  return paths.map((path) => basename(path));
}

export function nothingToLearn({ first }: TokenCounter, { files }: TextSource, { unit }: Tokenizer): InputError {
  return new InputError(`there is nothing to learn in ${files.join(', ')}`, {
    found: first === undefined ? 'an empty text' : `only the ${unit} ${JSON.stringify(first)}`,
    expected: `a text with at least two different ${unit}s`,
  });
}

export function nothingFrequent(
  { different }: TokenCounter,
  { files }: TextSource,
  { minCount }: LanguageSettings,
  { unit }: Tokenizer,
): InputError {
  return new InputError(`no ${unit} comes ${minCount} times in ${files.join(', ')}`, {
    found: counted(different, `different ${unit}`),
    advice: 'Use a smaller minCount, or more text.',
    settings: ['minCount'],
  });
}
