/** Text models of a few random weights, as `lm train` would have made them. */
import type { Engine } from '../../src/compute/engine.ts';
import { type LanguageConfig, languageDefaults, type SequenceKind } from '../../src/language/config.ts';
import { TextModel } from '../../src/language/text-model.ts';
import type { LanguageModelShape } from '../../src/model/language-model.ts';
import { END, UNKNOWN } from '../../src/text/special-tokens.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { randomModel } from '../model/batches.ts';

/** A model that knows these tokens, of a text or of sequences. */
export function randomTextModel(
  engine: Engine,
  tokens: readonly string[],
  {
    level = 'char',
    sequences,
    ...changes
  }: Partial<LanguageModelShape> & { level?: LanguageConfig['level']; sequences?: SequenceKind } = {},
): TextModel {
  const vocabulary = new Vocabulary([UNKNOWN, ...(sequences ? [END] : []), ...tokens]);
  const shape = { embedding: 0, condition: 0, ...changes, vocabulary: vocabulary.size };
  const model = randomModel(engine, shape);
  const text = { files: ['text.txt'], tokens: 1000, hash: '0' };
  const config: LanguageConfig = {
    format: 1,
    kind: 'language',
    level,
    shape: model.shape,
    settings: { ...languageDefaults, sequences },
    text,
    scores: {},
  };
  return new TextModel(config, vocabulary, model);
}
