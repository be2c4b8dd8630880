import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import { readCellsSteps } from '../../src/language/cells/text-cells.ts';
import { sampleText } from '../../src/language/sample.ts';
import type { WritingOptions } from '../../src/language/write.ts';
import { END, UNKNOWN } from '../../src/text/special-tokens.ts';
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

describe('a TextModel of sequences', () => {
  const letters = ['a', 'b', '\n'];
  const lines = randomTextModel(wasm, letters, { sequences: { are: 'lines' } });
  const [UNKNOWN_ID, END_ID] = [0, 1];

  it('gives all strings probabilities that sum to one, their ENDs included', () => {
    /** Of all strings of up to `most` tokens: p of those that end, and of the longest, whatever comes behind them. */
    const most = 4;
    let [ended, open] = [0, 0];
    const visit = (tokens: string[]) => {
      ended += Math.exp(lines.score(tokens).logProb);
      if (tokens.length === most) {
        const { logProb } = lines.score(tokens);
        const scorer = lines.scorer();
        scorer.add(tokens);
        open += Math.exp(scorer.score.logProb) - Math.exp(logProb);
      } else for (const token of [...letters, UNKNOWN]) visit([...tokens, token]);
    };
    visit([]);
    expect(open).toBeGreaterThan(0.01);
    expect(ended + open).toBeCloseTo(1, 5);
  });

  it('gives all strings exactly one, where each ends at each step by the same probability', () => {
    const even = randomTextModel(wasm, letters, { sequences: { are: 'lines' } });
    for (const parameter of even.model.parameters) parameter.edit((values) => values.fill(0));
    // Of n tokens there are 4^n strings, each of p = 5^-(n + 1): together (4 / 5)^n / 5, of all n one.
    for (const n of [0, 1, 7]) {
      const { logProb, tokens } = even.score(Array(n).fill('a'));
      expect(tokens).toBe(n + 1);
      expect(logProb).toBeCloseTo(-(n + 1) * Math.log(5), 4);
    }
  });

  it('scores a line as a sequence, whatever was scored before, and ends by `end` what comes in pieces', () => {
    const score = lines.score('ab');
    expect(score.tokens).toBe(3);
    expect(lines.scoreLine('ab')).toEqual(score);
    const scorer = lines.scorer();
    for (const text of ['ba', 'ab']) {
      scorer.add([...text]);
      expect(Array.from(scorer.end(), ({ token }) => token)).toEqual([END]);
    }
    expect(scorer.score.tokens).toBe(6);
    expect(scorer.score.logProb).toBeCloseTo(lines.score('ba').logProb + score.logProb, 5);
    expect(Array.from(model.scorer().end())).toEqual([]);
  });

  it('writes whole sequences, drawn as it scores them', () => {
    const random = new Random(3);
    const counts = new Map<string, number>();
    for (let i = 0; i < 3000; i++) {
      const pieces = [...lines.write({ random, temperature: 1 })];
      const tokens = pieces.flatMap(({ token }) => token ?? []);
      expect(tokens.pop()!.token).toBe(END);
      const text = pieces.map((piece) => piece.text).join('');
      expect(text).toBe(tokens.map(({ token }) => token).join(''));
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    // The unknown token is never written, so that what is written is likelier than its score by at least its share.
    const [empty = 0, a = 0] = ['', 'a'].map((text) => counts.get(text));
    const first = lines.model.step([END_ID], lines.model.newState(1)).slice();
    const known = 1 - Math.exp(first[UNKNOWN_ID]!);
    expect(Math.abs(empty / 3000 - Math.exp(first[END_ID]!) / known)).toBeLessThan(0.03);
    expect(a).toBeGreaterThan(0);
  });

  it('begins them by a prime, and cuts them off where they are too long', () => {
    const pieces = [...lines.write({ prime: 'ab', random: new Random(1), temperature: 0, length: 3 })];
    const state = lines.model.newState(1);
    let logProbs = new Float32Array();
    for (const id of [END_ID, 2, 3]) logProbs = Float32Array.from(lines.model.step([id], state));
    logProbs[UNKNOWN_ID] = Number.NEGATIVE_INFINITY;
    expect(pieces[0]!.token!.token).toBe(lines.vocabulary.tokenOf(logProbs.indexOf(Math.max(...logProbs))));
    expect(pieces.filter(({ token }) => token).length).toBeLessThanOrEqual(3);
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
