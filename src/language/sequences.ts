/**
 * Files become sequences of token ids, each followed by END, in memory: what `text.ts` is for one text. They are read twice:
 * once to count their tokens, once for their ids. It knows no model.
 */
import { InputError } from '../base/errors.ts';
import { SequenceCollector, type SequenceList } from '../text/sequence-list.ts';
import { END, UNKNOWN } from '../text/special-tokens.ts';
import { TokenCounter } from '../text/token-counter.ts';
import { type Level, type Tokenizer, tokenizers } from '../text/tokenizer.ts';
import { Vocabulary } from '../text/vocabulary.ts';
import { type LanguageSettings, type SequenceKind, sequencesInWords } from './config.ts';
import { idsOf } from './ids.ts';
import { hashOfSequence, KnownSequences } from './known-sequences.ts';
import { type SequenceFileReading, sequencesIn } from './sequence-source.ts';
import {
  type CountedText,
  fileNamesOf,
  filesOf,
  hashOfText,
  nothingFrequent,
  nothingToLearn,
  type Reading,
  type TextSource,
} from './text.ts';

/** Sequences that a model learns from and is measured on. */
export interface LanguageSequences {
  kind: SequenceKind;
  training: SequenceList;
  /** None where nothing is held out. */
  validation: SequenceList;
  /** Those for training. */
  known: KnownSequences;
  vocabulary: Vocabulary;
  tokenizer: Tokenizer;
  close(): void;
}

type SequenceSettings = LanguageSettings & { sequences: SequenceKind };

/**
 * Counts sequences. Which are held out for validation is told by their hashes alone, so that all copies of a sequence are on
 * one side, and that whatever else is learned, with whatever seed, the same ones are held out. Where there are files for
 * validation, what stands in them is left out of what is learned.
 *
 * @param known a vocabulary whose tokens keep their ids
 * @throws InputError when a file can't be read, or there are too few sequences
 */
export async function countSequences(
  source: TextSource,
  level: Level,
  settings: SequenceSettings,
  { known = new Vocabulary([]), ...reading }: Reading & { known?: Vocabulary | undefined } = {},
): Promise<CountedText> {
  const tokenizer = tokenizers[level];
  const counter = new TokenCounter(settings.minCount);
  const counts = { training: 0, validation: 0, leftOut: 0 };
  let [tokens, heldOutTokens, longest] = [0, 0, 0];
  const hashes = { least: Infinity, most: 0 };
  for await (const sequence of splitSequences(source, level, settings, reading, 3)) {
    const length = sequence.tokens.length + 1;
    counts[sequence.part]++;
    if (sequence.fromHeldOut) heldOutTokens += length;
    else tokens += length;
    if (sequence.part !== 'training') continue;
    counter.add(sequence.tokens);
    hashes.least = Math.min(hashes.least, sequence.hash);
    hashes.most = Math.max(hashes.most, sequence.hash);
    longest = Math.max(longest, length - 1);
  }
  const { training, validation, leftOut } = counts;
  if (training === 0)
    throw validation > 0 ? nothingLeft(validation, settings) : nothingToLearn(counter, source, tokenizer);
  const holdsOut = source.validationFiles !== undefined || settings.valFraction > 0;
  if (holdsOut && validation === 0) throw nothingHeldOut(training, hashes, settings);
  const frequent = counter.frequent(counter.tokens);
  if (frequent.length === 0) throw nothingFrequent(counter, source, settings, tokenizer);
  const complete = !holdsOut && settings.minCount === 1;
  return {
    vocabulary: known.extendedBy(complete ? [END, ...frequent] : [UNKNOWN, END, ...frequent]),
    text: {
      files: fileNamesOf(source.files),
      tokens,
      ...(source.validationFiles && {
        validation: { files: fileNamesOf(source.validationFiles), tokens: heldOutTokens },
      }),
      sequences: { training, validation, longest, ...(leftOut > 0 && { leftOut }) },
      hash: await hashOfText(source, level, reading),
    },
  };
}

/** Reads the ids of sequences that were counted. */
export async function openSequences(
  source: TextSource,
  { vocabulary }: CountedText,
  { level, settings }: { level: Level; settings: SequenceSettings },
  reading: Reading = {},
): Promise<LanguageSequences> {
  const end = vocabulary.idOf(END)!;
  const collectors = {
    training: new SequenceCollector(vocabulary.size),
    validation: new SequenceCollector(vocabulary.size),
  };
  const hashes: number[] = [];
  for await (const { tokens, hash, part } of splitSequences(source, level, settings, reading, 1)) {
    if (part === 'leftOut') continue;
    collectors[part].add(idsOf(tokens, vocabulary), end);
    if (part === 'training') hashes.push(hash);
  }
  return {
    kind: settings.sequences,
    training: collectors.training.list(),
    validation: collectors.validation.list(),
    known: new KnownSequences(Uint32Array.from(hashes)),
    vocabulary,
    tokenizer: tokenizers[level],
    close() {},
  };
}

interface SplitSequence {
  tokens: readonly string[];
  hash: number;
  part: 'training' | 'validation' | 'leftOut';
  /** Whether it stands in the files for validation. */
  fromHeldOut: boolean;
}

/** All sequences of a source, those of the files for validation first. @param times how often the files are read in all */
async function* splitSequences(
  source: TextSource,
  level: Level,
  { sequences: kind, valFraction }: SequenceSettings,
  reading: Reading,
  times: number,
): AsyncGenerator<SplitSequence> {
  const { files, heldOutFiles, options } = await filesOf(source, level, reading, times);
  const tokenizer = tokenizers[level];
  const sequenceOptions: SequenceFileReading = { ...options, onOddity: source.onOddity };
  const heldOut = new Set<number>();
  for await (const tokens of sequencesIn(heldOutFiles ?? [], tokenizer, kind, sequenceOptions)) {
    const hash = hashOfSequence(tokens);
    heldOut.add(hash);
    yield { tokens, hash, part: 'validation', fromHeldOut: true };
  }
  for await (const tokens of sequencesIn(files, tokenizer, kind, sequenceOptions)) {
    const hash = hashOfSequence(tokens);
    const isHeldOut = !heldOutFiles && hash < valFraction * 2 ** 32;
    const part = heldOut.has(hash) ? 'leftOut' : isHeldOut ? 'validation' : 'training';
    yield { tokens, hash, part, fromHeldOut: false };
  }
}

/** @param hashes of the sequences for training, which tell the share that would hold one of them out */
function nothingHeldOut(
  training: number,
  { least, most }: { least: number; most: number },
  { valFraction, sequences }: SequenceSettings,
): InputError {
  const share = Math.ceil((1000 * (least + 1)) / 2 ** 32) / 1000;
  const enough = share * 2 ** 32 <= most ? `of at least ${share}, ` : ''; // it leaves others to learn from
  return new InputError('nothing is held out for validation', {
    found: `${sequencesInWords(training, sequences)}, none of them in the share of ${valFraction}`,
    advice: `Hold out a larger share by valFraction, ${enough}or 0 for none.`,
    settings: ['valFraction'],
  });
}

function nothingLeft(validation: number, { valFraction, sequences }: SequenceSettings): InputError {
  return new InputError('nothing is left to learn', {
    found: `${sequencesInWords(validation, sequences)}, all of them for validation`,
    advice: valFraction > 0 ? 'Hold out a smaller share by valFraction.' : 'Give other files to learn from.',
    settings: ['valFraction'],
  });
}
