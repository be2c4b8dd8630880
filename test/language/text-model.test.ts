import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import { readCellsSteps } from '../../src/language/cells/text-cells.ts';
import { sampleText } from '../../src/language/sample.ts';
import type { WritingOptions } from '../../src/language/write.ts';
import { wasm } from '../nn/engines.ts';
import { randomTextModel } from './random-text-model.ts';

const model = randomTextModel(wasm, ['\n', 'a', 'b', 'é', 'c']);
const { tokenizer, vocabulary } = model;

function written(options: Partial<WritingOptions> = {}): string {
  return [...model.write({ random: new Random(1), ...options })].map(({ text }) => text).join('');
}

describe('TextModel.write', () => {
  it('writes what sampling gives, as long as it should be, with its log-probabilities', () => {
    const sampled = sampleText(model.model, vocabulary, { tokenizer, random: new Random(1), temperature: 0.8 });
    const expected = Array.from({ length: 30 }, () => sampled.next().value!);
    const pieces = [...model.write({ random: new Random(1), length: 30 })];
    expect(pieces.flatMap(({ token }) => token ?? [])).toEqual(expected);
    expect(pieces.map(({ text }) => text).join('')).toBe(expected.map(({ token }) => token).join(''));
    expect(written()).toHaveLength(500);
  });

  it('goes on from a prime, with the options of sampling and stop texts', () => {
    const likeliest = written({ prime: 'ab', temperature: 0, length: 20 });
    expect(written({ prime: `ab${likeliest.slice(0, 5)}`, temperature: 0, length: 15 })).toBe(likeliest.slice(5));
    expect(written({ prime: 'ab', topK: 1, length: 20 })).toBe(likeliest);
    const stops = [likeliest.slice(3, 5)];
    expect(written({ prime: 'ab', temperature: 0, stops })).toBe(likeliest.slice(0, likeliest.indexOf(stops[0]!)));
  });

  it('refuses a prime that it can not read at once', () => {
    expect(() => model.write({ random: new Random(1), prime: 'x' })).toThrow('the prime has "x"');
  });

  it('writes several texts at a time, and all texts after one another in the same memory', () => {
    const [one, other] = [1, 2].map((seed) => model.write({ random: new Random(seed), length: 40 }));
    const texts = Array.from({ length: 41 }, () => [one!.next().value?.text, other!.next().value?.text]);
    expect(texts.map(([text]) => text).join('')).toBe(written({ length: 40 }));
    expect(texts.map(([, text]) => text).join('')).toBe(written({ length: 40, random: new Random(2) }));
    const { size } = wasm.arena;
    for (const _ of model.write({ random: new Random(1) })) break;
    for (let i = 0; i < 1000; i++) written({ length: 1 });
    expect(wasm.arena.size).toBe(size);
  });
});

describe('TextModel.score', () => {
  it('scores every token of a text, those that it does not know as unknown ones', () => {
    const scorer = model.scorer();
    const logProbs = Array.from(scorer.read(['a', 'b', '\n', 'x', 'é', '\n']), ({ logProb }) => logProb);
    const logProb = logProbs.reduce((sum, one) => sum + one, 0);
    const score = model.score('ab\nxé\n');
    expect(score).toEqual(scorer.score);
    expect(score).toMatchObject({ tokens: 6, unknown: 1 });
    expect(score.logProb).toBeCloseTo(logProb, 9);
    expect(score.nats).toBeCloseTo(-logProb / 6, 9);
    expect(score.bits).toBeCloseTo(-logProb / 6 / Math.log(2), 9);
    expect(score.perplexity).toBeCloseTo(Math.exp(-logProb / 6), 9);
    expect(model.score(['a', 'b', '\n', 'x', 'é', '\n'])).toEqual(score);
  });

  it('scores a text as one that begins a line, whatever was scored before', () => {
    const next = model.model.step([vocabulary.idOf('\n')!], model.model.newState(1));
    expect(model.score('a').logProb).toBeCloseTo(next[vocabulary.idOf('a')!]!, 5);
    expect(model.score('a')).toEqual(model.score('a'));
  });

  it('scores a line with its end, where it knows line ends', () => {
    expect(model.scoreLine('ab')).toEqual(model.score('ab\n'));
    expect(model.scoreLine('')).toMatchObject({ tokens: 1 });
    const ofOneLine = randomTextModel(wasm, ['a', 'b']);
    expect(ofOneLine.scoreLine('ab')).toEqual(ofOneLine.score('ab'));
  });

  it('reads bytes and words where the model does', () => {
    const read = (level: 'byte' | 'word') => {
      const scorer = randomTextModel(wasm, ['a', ' a', 'é', 'Ã'], { level }).scorer();
      return (tokens: string[]) => Array.from(scorer.read(tokens), ({ id }) => id);
    };
    expect(read('byte')(['Ã', '©', ' ', 'a'])).toEqual([4, 0, 0, 1]);
    expect(randomTextModel(wasm, ['a', ' a'], { level: 'byte' }).score('é a')).toMatchObject({ tokens: 4, unknown: 3 });
    expect(randomTextModel(wasm, ['a', ' a'], { level: 'word' }).score('é a')).toMatchObject({ tokens: 2, unknown: 1 });
  });
});

describe('TextModel.cells', () => {
  const text = 'ab “é” c\n'.repeat(200);

  it('says what each cell does after each token of a text', async () => {
    const cells = await model.cells('abé');
    expect(cells).toMatchObject({ texts: ['a', 'b', 'é'], quantity: 'tanh(c)' });
    const state = model.model.newState(1);
    for (const token of ['\n', 'a']) model.model.step([vocabulary.idOf(token)!], state);
    expect(cells.valuesOf({ layer: 1, cell: 2 })[0]).toBeCloseTo(Math.tanh(state[1]!.c!.data[2]!), 2);
    expect(await model.cells(['a', 'b', 'é'])).toEqual(cells);
  });

  it('finds those that follow what prose has, or what it is asked for', async () => {
    const cells = await model.cells(text);
    const { findings, missing } = cells.search({ top: 2 });
    expect(findings.map(({ feature }) => feature)).toContain('inside quotes');
    expect(findings[0]!.cells).toHaveLength(2);
    expect(missing).toContain('inside [ ]');
    const afterB = {
      name: 'after b',
      kind: 'binary',
      values: (t: string) => Float32Array.from(t, (c) => +(c === 'b')),
    } as const;
    expect(cells.search({ features: [afterB] }).findings.map(({ feature }) => feature)).toEqual(['after b']);
  });

  it('refuses to search in a text that says too little', async () => {
    const cells = await model.cells('ab');
    expect(() => cells.search()).toThrow('the text is too short to find cells by: found 2 tokens');
  });

  it('can be stopped', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(model.cells(text, { signal })).rejects.toThrow('stopped');
    expect(runAtOnce(readCellsSteps(model, tokenizer.split(text))).texts).toHaveLength(text.length);
  });
});
