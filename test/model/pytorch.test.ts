import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { LanguageModel } from '../../src/model/language-model.ts';
import type { CellName } from '../../src/nn/cell.ts';
import { byDriver } from '../nn/engines.ts';
import { difference, gradientsOf, logSoftmax, rowsOf, type Weights } from '../nn/reference.ts';
import { pack, small } from './batches.ts';

/** What PyTorch computed, in float64, of the same small models: see scripts/reference/recurrent.py. */
interface Fixture {
  /** [N][T] */
  inputs: number[][];
  targets: number[][];
  condition: number[][];
  weights: Weights;
  loss: number;
  /** [N][T][V] */
  logits: number[][][];
  gradients: Weights;
}

/** Float32 against float64, as in `contract.test.ts`; the largest difference that was seen is 5.3e-7. */
const TOLERANCE = 2e-6;

const cells: CellName[] = ['rnn', 'lstm', 'gru'];
const contracts = byDriver.flatMap(([driver, engine]) => cells.map((cell) => [cell, driver, engine] as const));

describe.each(contracts)('LanguageModel, %s on %s', async (cell, _, engine) => {
  const fixture = await readFixture(cell);
  const sequences = fixture.inputs.map((inputs, n) => ({
    inputs,
    targets: fixture.targets[n]!,
    condition: fixture.condition[n]!,
  }));
  const model = new LanguageModel(engine, { ...small, cell });
  for (const parameter of model.parameters) {
    parameter.edit((values) => values.set(fixture.weights[parameter.name]!.flat()));
  }

  test('loss and gradients equal PyTorch’s', () => {
    const batch = pack(sequences);
    const loss = model.lossAndGradients(batch, model.newState(sequences.length));
    expect(loss.sum / loss.tokens).toBeCloseTo(fixture.loss, 6);
    expect(difference(sorted(gradientsOf(model)), sorted(fixture.gradients))).toBeLessThan(TOLERANCE);
  });

  test('log-probabilities step by step equal PyTorch’s', () => {
    const state = model.newState(sequences.length);
    const conditions = Float32Array.from(fixture.condition.flat());
    for (let t = 0; t < 4; t++) {
      const tokens = sequences.map(({ inputs }) => inputs[t]!);
      const logP = rowsOf(model.step(tokens, state, t === 0 ? conditions : undefined), small.vocabulary);
      const expected = fixture.logits.map((steps) => logSoftmax(steps[t]!));
      expect(difference(logP, expected)).toBeLessThan(TOLERANCE);
    }
  });
});

async function readFixture(cell: CellName): Promise<Fixture> {
  return JSON.parse(await readFile(new URL(`../nn/fixtures/pytorch-${cell}.json`, import.meta.url), 'utf8'));
}

/** Names in one order, so that two sets of parameters can be compared. */
function sorted(weights: Weights): Weights {
  return Object.fromEntries(Object.entries(weights).sort(([a], [b]) => (a < b ? -1 : 1)));
}
