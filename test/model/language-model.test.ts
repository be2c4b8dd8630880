import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type Engine, openEngine } from '../../src/compute/engine.ts';
import { LanguageModel, type LanguageModelShape } from '../../src/model/language-model.ts';
import type { TokenBatch } from '../../src/model/token-batch.ts';
import { CELL_NAMES } from '../../src/nn/cell.ts';
import { clipGradients } from '../../src/nn/clip.ts';
import { Optimizer, optimizerDefaults } from '../../src/nn/optimizer.ts';
import { resetState } from '../../src/nn/state.ts';
import { wasm } from '../nn/engines.ts';
import { gradientsOf, rowsOf, weightsOf } from '../nn/reference.ts';
import { pack, randomModel, randomSequences, small } from './batches.ts';

describe.each(CELL_NAMES)('LanguageModel, initialise, %s', (cell) => {
  const initialised = (seed: number, changes: Partial<LanguageModelShape> = {}) =>
    new LanguageModel(wasm, { ...small, cell, ...changes }).initialise(new Random(seed));

  test('equal seeds give equal weights, others do not', () => {
    expect(weightsOf(initialised(1))).toEqual(weightsOf(initialised(1)));
    const [one, two] = [initialised(1), initialised(2)].map(weightsOf);
    for (const name of Object.keys(one!).filter((name) => !name.includes('bias'))) {
      expect(one![name], name).not.toEqual(two![name]);
    }
  });

  test('weights fill their range evenly: ±1/√H, embeddings ±0.1', () => {
    const H = 64;
    for (const { name, value } of initialised(3, { hidden: H, embedding: 32, vocabulary: 40 }).parameters) {
      if (name.includes('bias')) continue;
      const limit = name === 'embedding' ? 0.1 : 1 / Math.sqrt(H);
      const values = Array.from(value.data, (x) => x / limit);
      expect(Math.max(...values.map(Math.abs)), name).toBeLessThanOrEqual(1);
      expect(Math.abs(mean(values)), name).toBeLessThan(0.1);
      expect(mean(values.map((x) => x * x)), name).toBeCloseTo(1 / 3, 1);
    }
  });

  test('started at frequencies it says them before it has read anything, and half a time for what never came', () => {
    const model = initialised(5).startAtFrequencies([3, 0, 6.5, ...Array(small.vocabulary - 3).fill(1)]);
    model.outputWeights.edit((values) => values.fill(0));
    const logProbs = model.step([1], model.newState(1), new Float32Array(small.condition));
    const total = 10 + small.vocabulary - 3;
    [3, 0.5, 6.5, 1].forEach((count, id) => {
      expect(logProbs[id]).toBeCloseTo(Math.log(count / total), 5);
    });
  });

  test('biases are zero, but 1 for the forget gates of an LSTM', () => {
    const H = small.hidden;
    for (const { name, value } of initialised(4).parameters.filter(({ name }) => name.includes('bias'))) {
      const isForgetGate = (i: number) => cell === 'lstm' && name !== 'output.bias' && i >= H && i < 2 * H;
      expect(Array.from(value.data), name).toEqual(Array.from(value.data, (_, i) => (isForgetGate(i) ? 1 : 0)));
    }
  });

  test('a matrix of one row is no bias', () => {
    for (const { name, value } of initialised(5, { hidden: 1, embedding: 1, condition: 1 }).parameters) {
      if (!name.includes('bias'))
        expect(
          value.data.every((x) => x !== 0),
          name,
        ).toBe(true);
    }
  });
});

describe('LanguageModel', () => {
  test('refuses what would reach beside its matrices, and says why', () => {
    const model = randomModel(wasm);
    const state = model.newState(3);
    const batch = pack(randomSequences([4, 2, 1]));
    const lossOf = (changes: Partial<TokenBatch>) => () => model.loss({ ...batch, ...changes }, state);
    const row2 = (id: number) => Array.from(batch.inputs, (x, i) => (i === 2 ? id : x));
    expect(lossOf({ inputs: [1, 2] })).toThrow('2 inputs for a packing of 7 rows');
    expect(lossOf({ inputs: row2(7) })).toThrow('inputs: id 7 in row 2; expected 0 to 6');
    expect(lossOf({ inputs: row2(-1) })).toThrow('inputs: id -1 in row 2');
    expect(lossOf({ inputs: row2(Number.NaN) })).toThrow('inputs: id NaN in row 2');
    expect(lossOf({ targets: [1] })).toThrow('1 targets for a packing of 7 rows');
    expect(lossOf({ targets: row2(7) })).toThrow('targets: id 7 in row 2; expected -1 to 6');
    expect(lossOf({ condition: new Float32Array(9) })).toThrow('condition vectors of 9 values; expected 3 × 8');
    expect(() => model.loss(batch, model.newState(2))).toThrow('a state of 2 rows for 3 sequences');
    expect(() => model.loss(batch, state.slice(1))).toThrow('a state of 1 layers for a stack of 2');
  });

  test('drops embeddings, condition, and the outputs of all layers, other values at each', () => {
    const size = 64;
    const model = randomModel(wasm, { embedding: size, hidden: size, condition: size });
    const batch = pack(randomSequences([1], model.shape));
    // What is dropped from the only step has no part in the gradient of the weights that would have read it.
    const dCondition = wasm.arena.matrix(1, size);
    const droppedAt = (rate: number) => {
      model.lossAndGradients(batch, model.newState(1), { dropout: { rate, seed: 5 } }, { condition: dCondition });
      const { 'layers.0.input': embedding, 'layers.0.condition': condition, ...others } = gradientsOf(model);
      const readers = [embedding!, condition!, others['layers.1.input']!, others['output.weights']!];
      const zeros = (rows: number[][]) => rows.flatMap((row, i) => (row.every((g) => g === 0) ? [i] : []));
      expect(zeros(Array.from(dCondition.data, (g) => [g]))).toEqual(zeros(condition!));
      return readers.map(zeros);
    };
    expect(droppedAt(0)).toEqual([[], [], [], []]);
    const dropped = droppedAt(0.5);
    for (const { length } of dropped) expect(Math.abs(length - size / 2)).toBeLessThan(size / 4);
    expect(new Set(dropped.map((rows) => rows.join())).size).toBe(4);
  });

  test.each([0, 5])(
    'takes over the weights of a model with fewer tokens, and keeps its own for the new ones: embedding %i',
    (embedding) => {
      const V = small.vocabulary;
      const source = randomModel(wasm, { embedding }, 1);
      const model = randomModel(wasm, { embedding, vocabulary: V + 2 }, 2);
      const tokens = [0, V - 1];
      const condition = Float32Array.from({ length: 2 * small.condition }, (_, i) => Math.sin(i));
      const step = (of: LanguageModel) => of.step(tokens, of.newState(2), condition);
      step(model); // what it has packed of its old weights must not be used again
      const own = weightsOf(model);
      model.copyFrom(source);

      const isOld = (row: number, column: number, name: string) => {
        if (name === 'output.weights' || name === 'output.bias') return column < V;
        return name === 'embedding' || (name === 'layers.0.input' && embedding === 0) ? row < V : true;
      };
      const before = weightsOf(source);
      for (const [name, rows] of Object.entries(weightsOf(model))) {
        const expected = own[name]!.map((values, row) =>
          values.map((value, column) => (isOld(row, column, name) ? before[name]![row]![column]! : value)),
        );
        expect(rows, name).toEqual(expected);
      }
      model.outputBias.value.data.fill(-100, V);
      const [found, expected] = [model, source].map((of) => rowsOf(step(of), of.shape.vocabulary));
      for (const [n, row] of expected!.entries()) {
        for (const [token, logProb] of row.entries()) expect(found![n]![token]).toBeCloseTo(logProb, 5);
      }
    },
  );

  test.each([0, 5])('takes the weights of some tokens, embedding %d', (embedding) => {
    const source = randomModel(wasm, { embedding });
    const tokens = [0, 5, 2, 5];
    const model = randomModel(wasm, { embedding, vocabulary: 4 });
    model.copyFrom(source, tokens);
    const before = weightsOf(source);
    for (const [name, rows] of Object.entries(weightsOf(model))) {
      const isRead = name === 'embedding' || (name === 'layers.0.input' && embedding === 0);
      const isWritten = name.startsWith('output.');
      const expected = isRead ? tokens.map((token) => before[name]![token]!) : before[name]!;
      expect(rows, name).toEqual(isWritten ? expected.map((row) => tokens.map((token) => row[token]!)) : expected);
    }
  });

  test.each([
    ['of more tokens', { vocabulary: 8 }, 'embedding of 7 × 5'],
    ['of another size', { hidden: 7 }, 'layers.0.input of 5 × 24'],
    ['without its second layer', { layers: 1 }, 'layers.1.input of 6 × 24'],
  ])('refuses the weights of a model %s', (_, shape, message) => {
    const refused = () => randomModel(wasm).copyFrom(randomModel(wasm, shape));
    expect(refused).toThrow(RangeError);
    expect(refused).toThrow(message);
  });

  test('takes a batch of nothing', () => {
    const model = randomModel(wasm, { condition: 0 });
    expect(model.lossAndGradients(pack([]), model.newState(1))).toEqual({ sum: 0, tokens: 0 });
  });

  test('takes no more memory once it has seen its largest shapes', () => {
    const model = randomModel(wasm);
    const state = model.newState(8);
    const batches = [
      [9, 9],
      [4, 2, 1],
      [1, 1, 1, 1, 1, 1, 1, 1],
      [8, 3],
    ].map((lengths) => pack(randomSequences(lengths)));
    const round = () => {
      for (const batch of batches) model.lossAndGradients(batch, state, { dropout: { rate: 0.5, seed: 1 } });
      return wasm.arena.size;
    };
    round();
    const size = round();
    expect(round()).toBe(size);
  });

  test('two engines in one process do not disturb each other', async () => {
    const other = await openEngine('wasm', 'float32', 'plain');
    const trainer = (engine: Engine, seed: number) => {
      const model = randomModel(engine, {}, seed);
      const optimizer = new Optimizer(engine, model.parameters, optimizerDefaults.adam);
      const batch = pack(randomSequences([4, 2, 1], small, seed));
      const state = model.newState(3);
      return () => {
        resetState(state);
        const { sum } = model.lossAndGradients(batch, state, { dropout: { rate: 0.2, seed } });
        optimizer.step(0.01);
        return sum;
      };
    };
    const alone = [1, 2].map((seed) => {
      const train = trainer(wasm, seed);
      return Array.from({ length: 5 }, train);
    });
    const [first, second] = [trainer(wasm, 1), trainer(other, 2)];
    const inTurn = Array.from({ length: 5 }, () => [first(), second()] as const);
    other.close();
    expect(inTurn.map(([loss]) => loss)).toEqual(alone[0]);
    expect(inTurn.map(([, loss]) => loss)).toEqual(alone[1]);
  });

  test.each(CELL_NAMES)('learns sequences by heart that only their condition tells apart: %s', (cell) => {
    const model = new LanguageModel(wasm, { ...small, cell, hidden: 16 }).initialise(new Random(1));
    const sequences = randomSequences([6, 5, 3]);
    for (const { inputs, targets } of sequences) inputs.splice(0, inputs.length, 0, ...targets.slice(0, -1));
    const optimizer = new Optimizer(wasm, model.parameters, optimizerDefaults.adam);
    const state = model.newState(3);
    let loss = { sum: 0, tokens: 1 };
    for (let i = 0; i < 200; i++) {
      resetState(state);
      loss = model.lossAndGradients(pack(sequences), state);
      clipGradients(wasm, model.parameters, { by: 'norm', limit: 5 });
      optimizer.step(0.02);
    }
    expect(loss.sum / loss.tokens).toBeLessThan(0.02);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
