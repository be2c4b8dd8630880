/**
 * Text files become token ids, however large they are. They are read twice: once to count their tokens, which says what
 * is in the vocabulary and where the text is split, and once to write the ids into a file beside the model. That file
 * is read from then on, also by a training that is resumed.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '../base/errors.ts';
import { bytesOfIds, type OpenCorpus, openIds, writeIds } from '../text/id-file.ts';
import { type FileReadOptions, hashFiles, tokenizeFiles } from '../text/read.ts';
import { TokenCounter } from '../text/token-counter.ts';
import { type Level, type Tokenizer, tokenizers } from '../text/tokenizer.ts';
import { UNKNOWN, Vocabulary } from '../text/vocabulary.ts';
import type { LanguageConfig, LanguageSettings } from './config.ts';
import { textFilesOf } from './files.ts';
import { idsOf } from './ids.ts';
import { type SplitText, splitText } from './split.ts';

/** Where a text comes from. Several files are read as one text in their order. */
export interface TextSource {
  /** Files or folders. */
  files: readonly string[];
  /** Those for validation, where that is not a part of the text. */
  validationFiles?: readonly string[] | undefined;
}

/** What is known of a text when it was counted: what a config says of it, and its vocabulary. */
export interface CountedText {
  text: LanguageConfig['text'];
  vocabulary: Vocabulary;
}

/** A text that can be read: close it. */
export interface LanguageText extends SplitText {
  vocabulary: Vocabulary;
  tokenizer: Tokenizer;
  close(): void;
}

/** Called now and then with the share of the work that is done. */
export type ReadingProgress = (share: number) => void;

interface Reading {
  onProgress?: ReadingProgress | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Counts a text. The vocabulary is that of the training part alone: what comes only later is unknown, as it would be in
 * use. With char-rnn's split, or without validation, it is that of all the text, as with char-rnn and min-char-rnn.
 *
 * @param known a vocabulary that is extended
 * @throws InputError when a file can't be read, is not UTF-8, or there is too little text
 */
export async function countText(
  source: TextSource,
  level: Level,
  settings: LanguageSettings,
  { known = new Vocabulary([]), ...reading }: Reading & { known?: Vocabulary | undefined } = {},
): Promise<CountedText> {
  const tokenizer = tokenizers[level];
  const { files, held, options } = await resolve(source, reading, 2);
  const counter = new TokenCounter(settings.minCount);
  for await (const tokens of tokenizeFiles(files, tokenizer, options)) counter.add(tokens);
  let heldTokens = 0;
  if (held) for await (const tokens of tokenizeFiles(held, tokenizer, options)) heldTokens += tokens.length;

  if (counter.different < 2) throw nothingToLearn(counter, source, tokenizer);
  const heldCorpus = held && { length: heldTokens, read: () => [] };
  const { training } = splitText({ length: counter.tokens, read: () => [] }, heldCorpus, settings, tokenizer.unit);
  const hasEnd = !held && settings.split === 'end' && settings.valFraction > 0;
  const frequent = counter.frequent((hasEnd && training[0]?.length) || counter.tokens);
  if (frequent.length === 0) throw nothingFrequent(counter, source, settings, tokenizer);
  const complete = !held && settings.valFraction === 0 && settings.minCount === 1;
  const vocabulary = known.extendedBy(complete ? frequent : [UNKNOWN, ...frequent]);
  return {
    vocabulary,
    text: {
      files: namesOf(source.files),
      tokens: counter.tokens,
      ...(held && { validation: { files: namesOf(source.validationFiles ?? []), tokens: heldTokens } }),
      hash: await hashFiles([...files, ...(held ?? [])], options),
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
  const { files, held, options } = await resolve(source, reading, 1);
  const tokenizer = tokenizers[level];
  const whole = await openPart(TEXT_IDS, files, text.tokens);
  const validation = held && text.validation && (await openPart(VALIDATION_IDS, held, text.validation.tokens));
  return {
    vocabulary,
    tokenizer,
    ...splitText(whole, validation, settings, tokenizer.unit),
    close() {
      whole.close();
      validation?.close();
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
export async function hashOfText(source: TextSource, reading: Reading = {}): Promise<string> {
  const { files, held, options } = await resolve(source, reading, 1);
  return hashFiles([...files, ...(held ?? [])], options);
}

/** Deletes the ids beside a model, and what a kill left of them. */
export async function deleteIds(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const ids = names.filter((name) => [TEXT_IDS, VALIDATION_IDS].some((start) => name.startsWith(start)));
  for (const name of ids) await rm(join(folder, name));
}

const TEXT_IDS = 'text.ids';
const VALIDATION_IDS = 'validation.ids';

/** The files behind a source, and how to read them so often with progress. */
async function resolve({ files, validationFiles }: TextSource, { onProgress, signal }: Reading, times: number) {
  const [paths, held] = [await textFilesOf(files), validationFiles && (await textFilesOf(validationFiles))];
  const sizes = [...paths, ...(held ?? [])].map(async (path) => (await stat(path).catch(() => undefined))?.size ?? 0);
  const bytes = times * (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  let read = 0;
  const onRead = (count: number) => {
    read += count;
    onProgress?.(Math.min(1, read / bytes));
  };
  return { files: paths, held, options: { onRead, signal } satisfies FileReadOptions };
}

function namesOf(paths: readonly string[]): string[] {
  return paths.map((path) => basename(path));
}

function nothingToLearn(counter: TokenCounter, { files }: TextSource, { unit }: Tokenizer): InputError {
  const [only] = counter.frequent(counter.tokens);
  return new InputError(`there is nothing to learn in ${files.join(', ')}`, {
    found: counter.tokens > 0 ? `only the ${unit} ${JSON.stringify(only ?? '')}` : 'an empty text',
    expected: `a text with at least two different ${unit}s`,
  });
}

function nothingFrequent(
  { different }: TokenCounter,
  { files }: TextSource,
  { minCount }: LanguageSettings,
  { unit }: Tokenizer,
): InputError {
  return new InputError(`no ${unit} comes ${minCount} times in ${files.join(', ')}`, {
    found: `${different} different ${unit}s`,
    advice: 'Use a smaller --min-count, or more text.',
  });
}
