import { expect, test } from 'vitest';
import { evaluate } from '../../src/sequences/evaluate.ts';
import type { SequenceLabeller } from '../../src/sequences/labeller.ts';

/** Says its answers in turn, each with a probability of 0.7 and the others with 0.15. */
function fake(labels: string[], answers: string[]): SequenceLabeller {
  return {
    coder: {
      labels,
      encodeLabels: (asked: string[]) => asked.map((label) => labels.indexOf(label)),
    },
    *predictSteps() {
      return answers.map((label) => [
        {
          label,
          probability: 0.7,
          probabilities: Float32Array.from(labels, (other) => (other === label ? 0.7 : 0.15)),
        },
      ]);
    },
  } as unknown as SequenceLabeller;
}

test('evaluate counts what was said against what is right, label by label', () => {
  const right = ['a', 'a', 'a', 'b', 'b', 'c'];
  const said = ['a', 'a', 'b', 'b', 'a', 'c'];
  const examples = right.map((label) => ({ inputs: ['x'], labels: [label] }));
  const { accuracy, loss, macroF1, confusion, byLabel, labels } = evaluate(fake(['a', 'b', 'c', 'd'], said), examples);
  expect(labels).toBe(6);
  expect(accuracy).toBeCloseTo(4 / 6);
  expect(loss).toBeCloseTo(-(4 * Math.log(0.7) + 2 * Math.log(0.15)) / 6, 5);
  expect(confusion).toEqual([
    [2, 1, 0, 0],
    [1, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 0],
  ]);
  expect(byLabel[0]).toEqual({
    label: 'a',
    count: 3,
    said: 3,
    precision: 2 / 3,
    recall: 2 / 3,
    f1: expect.closeTo(2 / 3),
  });
  expect(macroF1).toBeCloseTo((2 / 3 + 1 / 2 + 1) / 3); // d was neither asked for nor said
});

test('evaluate refuses a sequence without the labels to measure on', () => {
  const examples = [{ inputs: ['x'], labels: [] }];
  expect(() => evaluate(fake(['a'], ['a']), examples)).toThrow(
    'sequence 1 does not have the labels to measure on: found 0, expected 1',
  );
});

test('evaluate refuses nothing', () => {
  expect(() => evaluate(fake(['a'], []), [])).toThrow(/nothing to measure on/);
});
