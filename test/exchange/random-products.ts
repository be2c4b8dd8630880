/** Products of a few random weights, as their commands would have trained them. */
import { Random } from '../../src/base/random.ts';
import { Captioner } from '../../src/captioning/captioner.ts';
import { type CaptionConfig, captionDefaults } from '../../src/captioning/config.ts';
import type { Engine } from '../../src/compute/engine.ts';
import { EncoderDecoder } from '../../src/model/encoder-decoder.ts';
import type { LanguageModelShape } from '../../src/model/language-model.ts';
import { SequenceModel, type SequenceShape } from '../../src/model/sequence-model.ts';
import { SequenceCoder } from '../../src/sequences/coder.ts';
import { type SequenceConfig, sequenceDefaults } from '../../src/sequences/config.ts';
import { SequenceLabeller } from '../../src/sequences/labeller.ts';
import { END, START, UNKNOWN } from '../../src/text/special-tokens.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { type TranslationConfig, translationDefaults } from '../../src/translation/config.ts';
import { Translator } from '../../src/translation/translator.ts';
import { randomModel, small } from '../model/batches.ts';
import { randomise } from '../nn/reference.ts';

const data = { name: 'random', training: 1, validation: 1, split: 'random', hash: '0' };

/** A model that labels the words of `tokens`, or vectors of D values. */
export function randomLabeller(
  engine: Engine,
  reads: { tokens: readonly string[] } | { D: number },
  changes: Partial<SequenceShape> = {},
): SequenceLabeller {
  const labels = ['neg', 'pos', 'odd'];
  const vocabulary = 'tokens' in reads ? new Vocabulary([UNKNOWN, ...reads.tokens]) : undefined;
  const shape: SequenceConfig['shape'] = {
    reads: vocabulary ? { vocabulary: vocabulary.size, embedding: 5 } : { vectors: 'D' in reads ? reads.D : 0 },
    writes: 'last',
    choices: labels.length,
    cell: 'lstm',
    layers: 2,
    hidden: 6,
    bidirectional: true,
    ...(changes as Partial<SequenceConfig['shape']>),
  };
  const model = new SequenceModel(engine, shape);
  randomise(model, new Random(3));
  const D = 'D' in reads ? reads.D : 0;
  const by = { mean: new Float32Array(D).fill(0.5), scale: new Float32Array(D).fill(2) };
  const config: SequenceConfig = {
    format: 1,
    kind: 'sequence',
    task: shape.writes === 'each' ? 'tag' : 'classify',
    shape,
    labels,
    settings: sequenceDefaults,
    data,
    baselines: {},
    scores: {},
  };
  return new SequenceLabeller(
    config,
    new SequenceCoder(labels, vocabulary ? { vocabulary } : { D, standardisation: by }),
    model,
  );
}

export function randomTranslator(engine: Engine, attention: boolean): Translator {
  const special = [START, END, UNKNOWN];
  const source = new Vocabulary([...special, 'A', ' dog', ' runs', '.', " l'", 'eau']);
  const target = new Vocabulary([...special, 'Ein', ' Hund', ' rennt', '.', ' Wasser']);
  const shape = {
    source: source.size,
    target: target.size,
    embedding: 5,
    cell: 'lstm',
    layers: 2,
    hidden: 6,
    attention,
  } as const;
  const model = new EncoderDecoder(engine, shape);
  randomise(model, new Random(4));
  const config: TranslationConfig = {
    format: 1,
    kind: 'translation',
    shape,
    settings: translationDefaults,
    data,
    scores: {},
  };
  return new Translator(config, { source, target }, model);
}

/** A captioner that sees by the CNN that ships. */
export function randomCaptioner(
  engine: Engine,
  changes: Partial<LanguageModelShape> & { grid?: number } = {},
): Captioner {
  const { grid, ...ofShape } = changes;
  const D = 1280;
  const vocabulary = new Vocabulary([START, END, UNKNOWN, 'a', 'dog', 'runs', 'boats', 'red', 'sky']);
  const shape = { ...small, condition: D, ...ofShape, vocabulary: vocabulary.size };
  const model = randomModel(engine, shape);
  const by = { mean: new Float32Array(D).fill(0.3), scale: new Float32Array(D).fill(0.1) };
  const config: CaptionConfig = {
    format: 1,
    kind: 'caption',
    shape,
    pictures: { cnn: 'efficientnet-lite2', key: 'any', grid, preprocessing: { size: 260, fit: 'squash' } },
    settings: captionDefaults,
    dataset: { name: 'random', pictures: 1, captions: 1, hash: '0' },
    scores: {},
  };
  return new Captioner(config, vocabulary, model, by, grid === undefined ? undefined : by);
}
