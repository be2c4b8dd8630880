/** Text files become token ids: reading, checking, the vocabulary and the split. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError, reasonOf } from '../base/errors.ts';
import { splitCharacters } from '../text/characters.ts';
import { type Corpus, corpusOf, partOf } from '../text/corpus.ts';
import { countTokens, Vocabulary } from '../text/vocabulary.ts';

/** Stands for every character that the training text does not have. No character is spelled like this. */
export const UNKNOWN = '<unk>';

export interface LanguageText {
  files: string[];
  vocabulary: Vocabulary;
  training: Corpus;
  /** The contiguous end of the text. */
  validation: Corpus;
  /** Tokens of both, and a hash of them and the vocabulary. */
  tokens: number;
  hash: string;
}

/**
 * Reads text files as one text. The vocabulary is that of the training part alone: what comes only later is unknown,
 * as it would be in use.
 *
 * @throws InputError when a file can't be read, is not UTF-8, or there is too little text
 */
export async function readLanguageText(
  files: readonly string[],
  { valFraction }: { valFraction: number },
): Promise<LanguageText> {
  const characters = (await Promise.all(files.map(readText))).flatMap(splitCharacters);
  const trainingLength = Math.round(characters.length * (1 - valFraction));
  const vocabulary = vocabularyOf(characters.slice(0, trainingLength), files);
  const ids = encode(characters, vocabulary);
  const corpus = corpusOf(ids);
  return {
    files: files.map((file) => basename(file)),
    vocabulary,
    training: partOf(corpus, 0, trainingLength),
    validation: partOf(corpus, trainingLength, ids.length),
    tokens: ids.length,
    hash: createHash('sha256').update(vocabulary.tokens.join('\0')).update(ids).digest('hex').slice(0, 16),
  };
}

/** The ids of tokens; of UNKNOWN for those that the vocabulary does not have. */
function encode(tokens: readonly string[], vocabulary: Vocabulary): Uint32Array {
  const unknown = vocabulary.idOf(UNKNOWN) ?? 0;
  return Uint32Array.from(tokens, (token) => vocabulary.idOf(token) ?? unknown);
}

function vocabularyOf(characters: readonly string[], files: readonly string[]): Vocabulary {
  const counts = countTokens(characters);
  if (counts.length < 2) {
    throw new InputError(`there is nothing to learn in ${files.join(', ')}`, {
      found: counts[0] ? `only the character ${JSON.stringify(counts[0][0])}` : 'an empty text',
      expected: 'a text with at least two different characters',
    });
  }
  return new Vocabulary([UNKNOWN, ...counts.map(([character]) => character)]);
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new InputError(`cannot read the text ${file}`, { found: reasonOf(error), cause: error });
  }
  if (!isUtf8(bytes)) {
    throw new InputError(`${file} is not UTF-8 text`, {
      found: `an invalid byte in line ${firstInvalidLine(bytes)}`,
      expected: 'UTF-8',
      advice: 'Convert it, for example by `iconv -f latin1 -t utf8`.',
    });
  }
  return new TextDecoder().decode(bytes); // leaves out a byte order mark
}

/** The first line that is not UTF-8, from 1; a line end is never a part of another character. */
function firstInvalidLine(bytes: Buffer): number {
  let start = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf('\n', start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}
