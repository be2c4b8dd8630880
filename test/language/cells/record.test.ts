import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { runAtOnce } from '../../../src/base/steps.ts';
import { QUANTUM, recordCellsSteps } from '../../../src/language/cells/record.ts';
import { randomModel } from '../../model/batches.ts';
import { byDriver } from '../../nn/engines.ts';
import { run, weightsOf } from '../../nn/reference.ts';

const contracts = byDriver.flatMap(([driver, engine]) =>
  (['rnn', 'lstm', 'gru'] as const).map((cell) => [cell, driver, engine] as const),
);

describe.each(contracts)('recordCellsSteps, %s on %s', (cell, _, engine) => {
  const model = randomModel(engine, { cell, condition: 0 });
  const random = new Random(5);
  const ids = Array.from({ length: 1500 }, () => random.integer(7));
  const record = runAtOnce(recordCellsSteps(model, ids, 3));

  it('has tanh(c) or h of every cell after each token, as the float64 reference', () => {
    const weights = weightsOf(model);
    let states = run(model.shape, weights, { inputs: [3], targets: [] }).end;
    for (let t = 0; t < 1200; t++) {
      states = run(model.shape, weights, { inputs: [ids[t]!], targets: [], start: states }).end;
      if (t % 100 > 2 && t < 1020) continue; // the seam of two pieces is at 1,024
      for (const place of record.cells) {
        const state = states[place.layer]!;
        const expected = cell === 'lstm' ? Math.tanh(state.c[place.cell]!) : state.h[place.cell]!;
        expect(Math.abs(record.valuesOf(place)[t]! * QUANTUM - expected)).toBeLessThan(QUANTUM * 0.51);
      }
    }
  });

  it('has all layers and cells, says how far it is, and refuses others', () => {
    expect(record).toMatchObject({ layers: 2, hidden: 6, length: 1500 });
    expect(record.cells).toHaveLength(12);
    expect(record.cells[7]).toEqual({ layer: 1, cell: 1 });
    expect([...recordCellsSteps(model, ids, 3)]).toEqual([0, 1024 / 1500]);
    expect(() => record.valuesOf({ layer: 0, cell: 6 })).toThrow('cell 6 of layer 0: 2 layers of 6 cells');
    expect(() => record.valuesOf({ layer: 2, cell: 0 })).toThrow('cell 0 of layer 2');
  });
});
