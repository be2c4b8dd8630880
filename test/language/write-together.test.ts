import { afterAll, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { primeIds } from '../../src/language/sample.ts';
import { type TextInRow, TextsTogether } from '../../src/language/write-together.ts';
import { CELL_NAMES } from '../../src/nn/cell.ts';
import { randomTextModel } from './random-text-model.ts';

const engine = await openEngine('wasm');
afterAll(() => engine.close());

const TOKENS = [...'\nabcdefghij '];

test.each(CELL_NAMES)('texts of one %s are those that it writes one by one', (cell) => {
  const model = randomTextModel(engine, TOKENS, { cell, layers: 2, hidden: 9 });
  const together = new TextsTogether(model, 3); // fewer rows than texts
  const wanted = ['', 'abc', 'j', 'ab cd', 'f'].map((prime, i) => ({ prime, length: [4, 30, 1, 11, 17][i]!, seed: i }));
  const written = wanted.map(() => '');
  for (const [i, { prime, length, seed }] of wanted.entries()) {
    let left = length;
    together.add({
      prime: primeIds(prime, model.vocabulary, model.tokenizer),
      temperature: 1,
      random: new Random(seed),
      onToken(id) {
        written[i] += model.vocabulary.tokenOf(id);
        return --left > 0;
      },
    });
  }
  const leaving: TextInRow = {
    prime: [1],
    temperature: 1,
    random: new Random(9),
    onToken: () => true,
  };
  together.add(leaving);
  for (let steps = 0; together.isBusy; steps++) {
    together.step();
    if (steps === 25) together.remove(leaving);
    expect(steps).toBeLessThan(100);
  }
  expect(written).toEqual(
    wanted.map(({ prime, length, seed }) => {
      const alone = model.write({ prime, length, temperature: 1, random: new Random(seed) });
      return [...alone].map(({ text }) => text).join('');
    }),
  );
});

test('a long prime is read in pieces, between which others are written', () => {
  const model = randomTextModel(engine, TOKENS, { cell: 'gru', layers: 1, hidden: 8 });
  const together = new TextsTogether(model);
  const order: string[] = [];
  const add = (name: string, prime: string, count: number) => {
    let left = count;
    const onToken = () => {
      order.push(name);
      return --left > 0;
    };
    const ids = primeIds(prime, model.vocabulary, model.tokenizer);
    together.add({ prime: ids, temperature: 1, random: new Random(1), onToken });
  };
  add('short', 'a', 5);
  add('long', 'ab'.repeat(1500), 2);
  while (together.isBusy) together.step();
  expect(order.indexOf('long')).toBeGreaterThan(2);
});
