import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { Matrix } from '../../src/compute/arena.ts';
import type { Engine } from '../../src/compute/engine.ts';
import { CELL_NAMES, type CellName, cells } from '../../src/nn/cell.ts';
import { ChosenInput, IdInput, type InputChooser, type LayerInput, VectorInput } from '../../src/nn/layer-input.ts';
import { lengthsOf, type Packing, packedSequences, stepRows } from '../../src/nn/packing.ts';
import { RecurrentLayer } from '../../src/nn/recurrent-layer.ts';
import type { LayerState } from '../../src/nn/state.ts';
import { byDriver, wasm } from './engines.ts';
import * as reference from './layer-reference.ts';
import { bySequence, inRows, matrixOf, randomVector, randomVectors } from './packed.ts';
import {
  difference,
  gradientsOf,
  numericalGradients,
  oneHot,
  type ReferenceState,
  randomise,
  rowsOf,
  times,
  transposed,
  type Vector,
  type Weights,
  weightsOf,
  zerosLike,
} from './reference.ts';

/** Unequal, so that no two can be taken for each other; N is 3 and T 4 in most batches. */
const [D, H, CONDITION] = [5, 6, 7];
const shape = { name: 'layer', inputs: D, hidden: H, condition: CONDITION };

const contracts = byDriver.flatMap(([driver, engine]) => CELL_NAMES.map((cell) => [cell, driver, engine] as const));
const kinds = ['vectors', 'ids', 'chosen vectors'] as const;
type Kind = (typeof kinds)[number];

const batches: [title: string, lengths: number[]][] = [
  ['three sequences of unequal length', [4, 2, 1]],
  ['three of equal length', [4, 4, 4]],
  ['three with fewer steps in all than there are ids', [2, 1, 1]],
  // Enough for two threads, so that no sequence of the second share reaches the last steps.
  ['thirty of unequal length', Array.from({ length: 30 }, (_, n) => 9 - Math.floor(n / 4))],
];

/** What float32 may differ from float64 in values of about 1, in sums over thirty sequences 10; 1e-5 was seen. */
const TOLERANCE = 4e-5;

describe.each(CELL_NAMES)('the reference of a layer of %s', (cell) => {
  test.each(kinds)('has the gradients that differences of its loss have, reading %s', (kind) => {
    const { layer, sequences, above } = randomTask(cell, kind, [4]);
    const [sequence, dAbove] = [sequences[0]!, above[0]!];
    const gradients = zerosLike(layer.weights);
    const { dxs, dStart } = reference.backward(layer, sequence, dAbove, gradients);
    const lossAt = ({ xs, starts, ...weights }: Weights) => {
      const start = { h: starts![0]!, c: starts![1]! };
      return reference.lossOf({ ...layer, weights }, { ...sequence, xs: xs!, start }, dAbove);
    };
    const { xs, start } = sequence;
    const expected = numericalGradients({ ...layer.weights, xs, starts: [start.h, start.c] }, lossAt);
    expect(difference({ ...gradients, xs: dxs, starts: [dStart.h, dStart.c] }, expected)).toBeLessThan(1e-8);
  });
});

describe.each(contracts)('RecurrentLayer, %s on %s', (cell, _, engine) => {
  describe.each(kinds)('reading %s', (kind) => {
    test.each(batches)('states and gradients as the reference: %s', (_, lengths) => {
      const task = randomTask(cell, kind, lengths);
      expectClose(run(engine, newLayer(engine, task), task), reference.outcomeOf(task));
    });
  });

  test('without a condition and gradients of the ends, whatever was computed before', () => {
    const task = randomTask(cell, 'vectors', [4, 2, 1]);
    const layer = newLayer(engine, task);
    run(engine, layer, task);
    const plain = {
      ...task,
      sequences: task.sequences.map((sequence) => ({ ...sequence, v: undefined })),
      above: task.above.map(({ dhs }) => ({ dhs, dEnd: undefined })),
    };
    expectClose(run(engine, layer, plain), reference.outcomeOf(plain));
    expect(layer.conditionWeights!.gradient.data.every((g) => g === 0)).toBe(true);
  });
});

describe('RecurrentLayer', () => {
  test.each(CELL_NAMES)('activations are tanh(c) where there is a c, else h: %s', (cell) => {
    const task = randomTask(cell, 'vectors', [4, 2, 1]);
    const layer = newLayer(wasm, task);
    const { packing, batch, state } = packed(wasm, task);
    layer.forward(batch, state);
    const expected = task.sequences.map((sequence) => {
      const [, ...states] = reference.run(task.layer, sequence);
      return states.map(({ h, c }) => (cell === 'lstm' ? c.map(Math.tanh) : h));
    });
    expect(difference(bySequence(layer.activations(packing), [4, 2, 1]), expected)).toBeLessThan(TOLERANCE);
  });

  test('backpropagates through no choice where no gradient of the input is wanted', () => {
    const task = randomTask('gru', 'chosen vectors', [4, 2, 1]);
    const layer = newLayer(wasm, task);
    const { batch, state, dh, end } = packed(wasm, task);
    layer.forward(batch, state);
    layer.backward(dh, batch, undefined, { end });
    const given = {
      ...task,
      layer: { ...task.layer, choice: undefined },
      sequences: task.sequences.map((sequence) => ({ ...sequence, xs: reference.readBy(task.layer, sequence) })),
    };
    expectClose({ weights: gradientsOf(layer) }, reference.outcomeOf(given));
  });
});

interface Task extends reference.Batch {
  kind: Kind;
}

/** A layer, sequences of these lengths and gradients from above, all random, as the reference takes them. */
function randomTask(cell: CellName, kind: Kind, lengths: readonly number[]): Task {
  const random = new Random(1);
  const state = () => ({ h: randomVector(random, H), c: randomVector(random, cells[cell].hasCellState ? H : 0) });
  const layer = new RecurrentLayer(wasm, cells[cell], shape);
  randomise(layer, random);
  const choice = kind === 'chosen vectors' ? randomVectors(random, H, D) : undefined;
  return {
    kind,
    layer: { cell, weights: weightsOf(layer), choice },
    sequences: lengths.map((length) => ({
      xs: Array.from({ length }, () => (kind === 'ids' ? oneHot(random.integer(D), D) : randomVector(random, D))),
      v: randomVector(random, CONDITION),
      start: state(),
    })),
    above: lengths.map((length) => ({ dhs: randomVectors(random, length, H), dEnd: state() })),
  };
}

function expectClose(found: Partial<reference.Outcome>, expected: reference.Outcome): void {
  for (const [name, values] of Object.entries(found)) {
    expect.soft(difference(values, expected[name as keyof reference.Outcome]), name).toBeLessThan(TOLERANCE);
  }
}

/** Our layer on the same batch. */
function run(engine: Engine, layer: RecurrentLayer, task: Task): reference.Outcome {
  const { packing, batch, state, dh, end } = packed(engine, task);
  const lengths = lengthsOf(packing);
  const hs = bySequence(layer.forward(batch, state), lengths);
  const [dx, start] = [engine.arena.matrix(packing.rows, D), layer.newState(packing.batch)];
  for (const matrix of [dx, start.h, start.c]) matrix?.data.fill(Number.NaN); // to be overwritten
  const endBefore = end && statesOf(end);
  layer.backward(dh, batch, dx, { end, start });
  expect(end && statesOf(end)).toEqual(endBefore);
  return {
    hs,
    ends: statesOf(state),
    weights: gradientsOf(layer),
    dxs: bySequence(dx, lengths),
    starts: statesOf(start),
  };
}

function newLayer(engine: Engine, { layer: { cell, weights } }: Task): RecurrentLayer {
  const layer = new RecurrentLayer(engine, cells[cell], shape);
  for (const parameter of layer.parameters) parameter.edit((values) => values.set(weights[parameter.name]!.flat()));
  return layer;
}

/** A task as our layer takes it. */
function packed(engine: Engine, { kind, layer, sequences, above }: Task) {
  const packing = packedSequences(sequences.map(({ xs }) => xs.length));
  const ofSteps = (vectors: readonly Vector[][]) => matrixOf(engine, inRows(vectors));
  const xs = ofSteps(sequences.map((sequence) => sequence.xs));
  const conditions = sequences.flatMap(({ v }) => (v ? [v] : []));
  const ends = above.flatMap(({ dEnd }) => (dEnd ? [dEnd] : []));
  return {
    packing,
    batch: {
      packing,
      input: inputOf(engine, kind, xs, packing, layer.choice),
      condition: conditions.length > 0 ? matrixOf(engine, conditions) : undefined,
    },
    state: stateOf(
      engine,
      sequences.map(({ start }) => start),
    ),
    dh: ofSteps(above.map(({ dhs }) => dhs)),
    end: ends.length > 0 ? stateOf(engine, ends) : undefined,
  };
}

function inputOf(engine: Engine, kind: Kind, xs: Matrix, packing: Packing, choice: Vector[] | undefined): LayerInput {
  if (kind === 'vectors') return new VectorInput(xs);
  if (kind === 'chosen vectors') return new ChosenInput(xs, packing, new AddedState(xs, packing, choice!));
  const ids = engine.arena.integers(packing.rows);
  ids.data.set(rowsOf(xs.data, D).map((x) => x.indexOf(1)));
  return new IdInput(ids);
}

/** x_t += h_{t-1} C */
class AddedState implements InputChooser {
  readonly #xs: Matrix;
  readonly #packing: Packing;
  readonly #choice: Vector[];

  constructor(xs: Matrix, packing: Packing, choice: Vector[]) {
    this.#xs = xs;
    this.#packing = packing;
    this.#choice = choice;
  }

  choose(t: number, hPrevious: Matrix): void {
    addProduct(stepRows(this.#xs, this.#packing, t), hPrevious, this.#choice);
  }

  backward(_: number, dx: Matrix, dhPrevious: Matrix): void {
    addProduct(dhPrevious, dx, transposed(this.#choice));
  }
}

function addProduct(target: Matrix, source: Matrix, by: Vector[]): void {
  const products = rowsOf(source.data, source.cols).flatMap((row) => times(row, by));
  target.data.set(target.data.map((x, i) => x + products[i]!));
}

function stateOf(engine: Engine, states: readonly ReferenceState[]): LayerState {
  const [h, c] = [states.map((state) => state.h), states.map((state) => state.c)];
  return c[0]!.length > 0 ? { h: matrixOf(engine, h), c: matrixOf(engine, c) } : { h: matrixOf(engine, h) };
}

function statesOf({ h, c }: LayerState): ReferenceState[] {
  const cs = c && rowsOf(c.data, c.cols);
  return rowsOf(h.data, h.cols).map((row, n) => ({ h: row, c: cs?.[n] ?? [] }));
}
