/** Scores of texts as users have them: files of any length, standard input, line by line. */
import type { StoredModel } from '../model/model-folder.ts';
import { type ByteSource, tokenizeFiles } from '../text/read.ts';
import { tokenizers } from '../text/tokenizer.ts';
import { UNKNOWN } from '../text/vocabulary.ts';
import type { LanguageConfig } from './config.ts';
import { idsOf, startOf } from './ids.ts';
import { type Score, type ScoredToken, ScoreSum, type TextScorer } from './score.ts';

/** What is needed of a model beside its weights. */
export type Reader = Pick<StoredModel<LanguageConfig>, 'config' | 'vocabulary'>;

/**
 * Reads a text and scores each of its tokens, the first as one that begins a line. Constant memory, any length.
 *
 * @throws InputError when the text can't be read, or has a token that the model has no place for
 */
export async function* scoreText(
  scorer: TextScorer,
  { config, vocabulary }: Reader,
  source: string | ByteSource,
): AsyncGenerator<ScoredToken & { token: string }> {
  scorer.begin(startOf(vocabulary));
  for await (const tokens of tokenizeFiles([source], tokenizers[config.level])) {
    let i = 0;
    for (const scored of scorer.read(idsOf(tokens, vocabulary))) yield { token: tokens[i++] ?? '', ...scored };
  }
}

/**
 * Scores each line of a text by itself. Its end belongs to it, so that the probabilities of all lines that there could
 * be sum to one.
 *
 * @throws InputError when the text can't be read, or has a token that the model has no place for
 */
export async function* scoreLines(
  scorer: TextScorer,
  { config, vocabulary }: Reader,
  source: string | ByteSource,
): AsyncGenerator<{ tokens: readonly string[]; score: Score }> {
  const end = vocabulary.idOf('\n');
  for await (const tokens of linesOf(tokenizeFiles([source], tokenizers[config.level]))) {
    const ids = idsOf(tokens, vocabulary);
    const sum = new ScoreSum(vocabulary.idOf(UNKNOWN));
    scorer.begin(startOf(vocabulary));
    for (const token of scorer.read(end === undefined ? ids : [...ids, end])) sum.add(token);
    yield { tokens, score: sum.total };
  }
}

/** The lines of a text, without their ends. */
async function* linesOf(pieces: AsyncIterable<readonly string[]>): AsyncGenerator<string[]> {
  let line: string[] = [];
  for await (const tokens of pieces) {
    for (const token of tokens) {
      if (token === '\n' || token === '\r\n') {
        yield line;
        line = [];
      } else line.push(token);
    }
  }
  if (line.length > 0) yield line;
}
