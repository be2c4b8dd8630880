import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { type SampleOptions, sampleText } from '../../src/language/sample.ts';
import { UNKNOWN } from '../../src/text/special-tokens.ts';
import { tokenizers } from '../../src/text/tokenizer.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { randomModel } from '../model/batches.ts';

const engine = await openEngine('wasm');
afterAll(() => engine.close());

const vocabulary = new Vocabulary([UNKNOWN, 'e', 'a', '\n', 'é', '👩‍🚀', '\r\n']);
const model = randomModel(engine, { vocabulary: vocabulary.size, embedding: 0, condition: 0 });

/** The first tokens that are written. */
function sample(length: number, options: Partial<SampleOptions> = {}) {
  const text = sampleText(model, vocabulary, {
    tokenizer: tokenizers.char,
    temperature: 1,
    random: new Random(1),
    ...options,
  });
  return Array.from({ length }, () => text.next().value ?? expect.fail('the text ended'));
}
const textOf = (tokens: ReturnType<typeof sample>) => tokens.map(({ token }) => token).join('');

describe('sampleText', () => {
  it('writes the same for the same seed, and something else for another', () => {
    expect(sample(50)).toEqual(sample(50));
    expect(textOf(sample(50, { random: new Random(2) }))).not.toBe(textOf(sample(50)));
  });

  it('continues a prime without writing it: as if it had been written before', () => {
    const greedy = sample(40, { temperature: 0, prime: 'aé' });
    const prime = `aé${textOf(greedy.slice(0, 20))}`;
    expect(sample(20, { temperature: 0, prime })).toEqual(greedy.slice(20));
  });

  it('begins as after a line end', () => {
    expect(sample(20)).toEqual(sample(20, { prime: '\n' }));
    const noLines = new Vocabulary([UNKNOWN, 'e', 'a', 'o', 'u', 'i', 'y']);
    const options = { tokenizer: tokenizers.char, temperature: 0, random: new Random(1) };
    const first = sampleText(model, noLines, options).next().value;
    expect(first).toEqual(sampleText(model, noLines, { ...options, prime: 'e' }).next().value);
  });

  it('says the log-probability under the model, whatever the temperature', () => {
    const state = model.newState(1);
    const tokens = sample(10, { temperature: 3, prime: 'e' });
    let previous = 'e';
    for (const { token, logProb } of tokens) {
      expect(logProb).toBe(model.step([vocabulary.idOf(previous)!], state)[vocabulary.idOf(token)!]);
      previous = token;
    }
  });

  it('never writes the unknown character, however likely', () => {
    const bias = model.outputBias.value.data;
    const before = bias[0]!;
    bias[0] = 20;
    expect(textOf(sample(200))).not.toContain(UNKNOWN);
    expect(textOf(sample(20, { temperature: 0 }))).not.toContain(UNKNOWN);
    bias[0] = before;
  });

  it('takes the likeliest only when told so', () => {
    expect(textOf(sample(30, { topK: 1 }))).toBe(textOf(sample(30, { temperature: 0 })));
    expect(textOf(sample(30, { topP: 1e-6 }))).toBe(textOf(sample(30, { temperature: 0 })));
  });

  it('goes on without end in the same memory', () => {
    const state = model.newState(1);
    sample(1, { state });
    const { size } = engine.arena;
    expect(sample(3000, { state })).toHaveLength(3000);
    expect(engine.arena.size).toBe(size);
  });

  it('reads a word of the prime that was seen behind a space only as that', () => {
    const words = new Vocabulary([UNKNOWN, ' the', ' cat', 'a', '\n', '.', ' sat']);
    const first = (prime: string) =>
      sampleText(model, words, { tokenizer: tokenizers.word, temperature: 0, random: new Random(1), prime }).next()
        .value;
    expect(first('the cat')).toEqual(first(' the cat'));
    expect(() => first('the dog')).toThrow('the prime has " dog", which');
  });

  it('refuses a prime with a character that the model has never seen, and names it', () => {
    for (const [prime, named] of [
      ['eax', '"x"'],
      ['👩', '"👩"'],
      ['e\r', '"\\\\r"'],
      ['xey x', '"x", "y", " "'],
    ] as const) {
      expect(() => sample(1, { prime })).toThrow(InputError);
      expect(() => sample(1, { prime })).toThrow(new RegExp(`the prime has ${named}, which the model has never seen`));
    }
  });
});
