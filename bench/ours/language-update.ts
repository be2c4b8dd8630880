import { Random } from '../../src/base/random.ts';
import type { Engine } from '../../src/compute/engine.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { type Clipping, clipGradients } from '../../src/nn/clip.ts';
import { Optimizer, optimizerDefaults } from '../../src/nn/optimizer.ts';
import { uniformPacking } from '../../src/nn/packing.ts';
import { initialiseLikePyTorch } from './initialise.ts';

export interface UpdateSizes {
  vocabulary: number;
  hidden: number;
  layers: number;
  batch: number;
  steps: number;
}

/** An update of an LSTM language model by Adam, always on the same random tokens: for measurements without rivals. */
export function languageUpdate(engine: Engine, sizes: UpdateSizes, clipping?: Clipping): () => void {
  const { vocabulary, hidden, layers, batch, steps } = sizes;
  const model = new LanguageModel(engine, { vocabulary, embedding: 0, cell: 'lstm', layers, hidden, condition: 0 });
  const random = new Random(1);
  initialiseLikePyTorch(model, random);
  const optimizer = new Optimizer(engine, model.parameters, optimizerDefaults.adam);
  const inputs = Int32Array.from({ length: batch * steps }, () => random.integer(vocabulary));
  const tokens = { packing: uniformPacking(batch, steps), inputs, targets: inputs };
  const state = model.newState(batch);
  return () => {
    model.lossAndGradients(tokens, state);
    if (clipping) clipGradients(engine, model.parameters, clipping);
    optimizer.step(1e-3);
  };
}
