import { expect, test } from 'vitest';
import type { Engine } from '../../src/compute/engine.ts';
import { inSharesSteps } from '../../src/nn/in-shares.ts';
import { VectorInput } from '../../src/nn/layer-input.ts';
import { packedSequences } from '../../src/nn/packing.ts';
import type { WeightFactor } from '../../src/nn/parameter.ts';
import { wasm } from './engines.ts';

const packing = packedSequences([...Array<number>(20).fill(30), ...Array<number>(60).fill(10)]);

/** Which step was taken for which sequences: "3: 0-20". @param size of the factor; pauses depend on it */
function taken(direction: 'forward' | 'backward', size: number, threads = 2) {
  const steps: string[] = [];
  const engine: Engine = { ...wasm, threads, together: (shares, work) => [...Array(shares).keys()].forEach(work) };
  const factor = { size, pack() {} } as unknown as WeightFactor;
  const input = new VectorInput(wasm.arena.matrix(1, 1));
  const work = inSharesSteps(engine, { packing, input }, factor, direction, (t, { from, to }) => {
    steps.push(`${t}: ${from}-${to}`);
  });
  const pauses = [...work];
  return { steps, pauses };
}

test('takes each share through its steps, there and back', () => {
  const through = (from: number, to: number, count: number) =>
    Array.from({ length: count }, (_, t) => `${t}: ${from}-${to}`);
  const [long, short] = [through(0, 20, 30), through(20, 80, 10)];
  expect(taken('forward', 1)).toEqual({ steps: [...long, ...short], pauses: [] });
  expect(taken('backward', 1).steps).toEqual([...long.toReversed(), ...short.toReversed()]);
  expect(taken('forward', 1, 1).steps).toEqual(through(0, 80, 30));
});

test('pauses where the steps are long, after the same work', () => {
  const { steps, pauses } = taken('backward', 2 ** 29 / packing.batch / 12);
  expect(pauses).toEqual([12 / 30, 24 / 30]);
  expect(steps.toSorted()).toEqual(taken('backward', 1).steps.toSorted());
  expect(taken('forward', 2 ** 40).pauses).toHaveLength(29);
});
