/**
 * Our side of the race `generating`: the characters that `lm sample` writes; `bench/rivals/generating.py` is the same in
 * PyTorch.
 *
 *     node --import tsx bench/ours/generating.ts HIDDEN LAYERS DRIVER
 */
import { Random } from '../../src/base/random.ts';
import { sampleTokens } from '../../src/language/sample.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { initialiseLikePyTorch } from './initialise.ts';
import { serveRace } from './serve.ts';

const [V, CHARACTERS] = [65, 100];
const [hidden, layers, driver] = process.argv.slice(2);

await serveRace(driver, (engine) => {
  const shape = { vocabulary: V, embedding: 0, layers: Number(layers), hidden: Number(hidden), condition: 0 };
  const model = new LanguageModel(engine, { ...shape, cell: 'lstm' });
  const random = new Random(1);
  initialiseLikePyTorch(model, random);
  const vocabulary = new Vocabulary(Array.from({ length: V }, (_, i) => String.fromCharCode(48 + i)));
  const text = sampleTokens(model, vocabulary, model.newState(1), [0], { random, temperature: 1 });
  return () => {
    for (let i = 0; i < CHARACTERS; i++) text.next();
    return { done: CHARACTERS, found: {} };
  };
});
