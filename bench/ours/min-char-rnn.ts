/**
 * Our side of the race `min-char-rnn`: the updates that `lm train --preset min-char-rnn` makes, on a text of one byte a
 * token; `bench/rivals/min_char_rnn.py` is the same in NumPy.
 *
 *     node --import tsx bench/ours/min-char-rnn.ts TEXT DRIVER
 */
import { readFileSync } from 'node:fs';
import { Random } from '../../src/base/random.ts';
import { initialise } from '../../src/language/initialise.ts';
import { languagePresets } from '../../src/language/presets.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { clipGradients } from '../../src/nn/clip.ts';
import { Optimizer } from '../../src/nn/optimizer.ts';
import { uniformPacking } from '../../src/nn/packing.ts';
import { resetState } from '../../src/nn/state.ts';
import { corpusOf, Streams } from '../../src/text/corpus.ts';
import { CHARACTERS } from '../racing/data.ts';
import { smoothing } from '../racing/statistics.ts';
import { serveRace } from './serve.ts';

const [text = '', driver] = process.argv.slice(2);
const { shape, settings } = languagePresets['min-char-rnn'];

await serveRace(driver, (engine) => {
  const sizes = { ...shape, vocabulary: CHARACTERS, condition: 0 };
  const model = initialise(new LanguageModel(engine, sizes), settings.initialisation, new Random(1));
  const optimizer = new Optimizer(engine, model.parameters, settings.optimizer);
  const streams = new Streams([corpusOf(Uint32Array.from(readFileSync(text)))], settings.steps);
  const packing = uniformPacking(settings.batch, settings.steps);
  const state = model.newState(settings.batch);
  const smooth = smoothing(Math.log(CHARACTERS), settings.lossMemory!); // the preset sets it
  return () => {
    const chunk = optimizer.steps % streams.chunks;
    if (chunk === 0) resetState(state);
    const { inputs, targets } = streams.chunk(chunk);
    const { sum, tokens } = model.lossAndGradients({ packing, inputs, targets, divisor: settings.batch }, state);
    clipGradients(engine, model.parameters, settings.clipping);
    optimizer.step(settings.learningRate);
    return { done: tokens, found: { loss: smooth(sum / tokens) } };
  };
});
