import { describe, expect, it } from 'vitest';
import { runAtOnce } from '../../src/base/steps.ts';
import { SequenceModel } from '../../src/model/sequence-model.ts';
import { packExamples, packInputs, SequenceCoder } from '../../src/sequences/coder.ts';
import { startAtEvidenceSteps } from '../../src/sequences/evidence.ts';
import { countWordsSteps, dropWords, wordsOf } from '../../src/sequences/words.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { wasm } from '../nn/engines.ts';

const words = new SequenceCoder(['pos', 'neg'], { vocabulary: new Vocabulary(['<unk>', 'good', 'bad']) });

describe('SequenceCoder', () => {
  it('knows words and labels by their numbers, and other words as unknown', () => {
    const { inputs, targets } = words.encodeExample({ inputs: ['bad', 'what', 'good'], labels: ['neg'] });
    expect([...inputs]).toEqual([2, 0, 1]);
    expect([...targets]).toEqual([1]);
  });

  it('knows words in capitals by their lower case, unless they are words of their own', () => {
    const names = new SequenceCoder(['pos', 'neg'], { vocabulary: new Vocabulary(['<unk>', 'us', 'US', 'good']) });
    expect([...names.encode(['US', 'us', 'Good', 'Bad'])]).toEqual([2, 1, 3, 0]);
  });

  it('refuses other labels, and vectors of another size', () => {
    expect(() => words.encodeExample({ inputs: [], labels: ['meh'] })).toThrow(
      /"meh" was never seen in training: expected one of "pos", "neg"/,
    );
    const vectors = new SequenceCoder(['a', 'b'], { D: 2, standardisation: undefined });
    expect(() => vectors.encode(new Float32Array(3))).toThrow(/found vectors of 3 numbers, expected vectors of 2/);
    expect(vectors.encode(Float32Array.of(1, 2, 3, 4))).toHaveLength(4);
    const pictures = new SequenceCoder(['a', 'b'], { D: 2, standardisation: undefined, oneStep: true });
    expect(() => pictures.encode(new Uint8Array(4))).toThrow(/found vectors of 4 numbers, expected vectors of 2/);
    expect(() => vectors.encode(['good'])).toThrow(/found words, expected vectors of 2 numbers/);
  });
});

describe('packInputs and packExamples', () => {
  const examples = [
    { inputs: Int32Array.of(1), targets: Int32Array.of(7) },
    { inputs: Int32Array.of(2, 3, 4), targets: Int32Array.of(8, 9, 10) },
    { inputs: Int32Array.of(5, 6), targets: Int32Array.of(11, 12) },
  ];

  it('lay the longest first, step after step', () => {
    const { inputs, order, packing } = packInputs(
      examples.map(({ inputs }) => inputs),
      0,
    );
    expect(order).toEqual([1, 2, 0]);
    expect(packing.counts).toEqual([3, 2, 1]);
    expect(inputs).toEqual({ ids: Int32Array.of(2, 5, 1, 3, 6, 4) });
    expect(packExamples(examples, 0, true).targets).toEqual([8, 11, 7, 9, 12, 10]);
    expect(packExamples(examples, 0, false).targets).toEqual([8, 11, 7]);
  });

  it('lay vectors as wholes', () => {
    const { inputs } = packInputs([Float32Array.of(1, 2), Float32Array.of(3, 4, 5, 6)], 2);
    expect(inputs).toEqual({ vectors: Float32Array.of(3, 4, 1, 2, 5, 6) });
  });
});

describe('words', () => {
  it('are in lower case, without spaces, marks apart', () => {
    expect(wordsOf("Don't  panic, <unk>!\n")).toEqual(["don't", 'panic', ',', '<', 'unk', '>', '!']);
  });

  it('are counted where they are frequent', () => {
    const texts = ['a b a', 'b a c'].map((text) => ({ inputs: text.split(' '), labels: ['x'] }));
    const { vocabulary, counts } = runAtOnce(countWordsSteps(texts, 2));
    expect(vocabulary.tokens).toEqual(['<unk>', 'a', 'b']);
    expect(counts).toEqual([0, 3, 2]);
  });

  it('are taken for unknown by α / (α + count)', () => {
    const ids = Int32Array.from({ length: 100_000 }, (_, i) => 1 + (i % 2));
    let i = 0;
    const dropped = dropWords(ids, [0, 1, 9], () => (i++ * 0.618034) % 1);
    const shareOf = (id: number) =>
      dropped.filter((_, at) => ids[at] === id).filter((now) => now === 0).length / 50_000;
    expect(shareOf(1)).toBeCloseTo(0.25 / 1.25, 2);
    expect(shareOf(2)).toBeCloseTo(0.25 / 9.25, 2);
  });
});

describe('vectors', () => {
  it('are standardised as the model was told, and the caller keeps them as they are', () => {
    const standardisation = { mean: Float32Array.of(3, 5), scale: Float32Array.of(0.5, 0) };
    const inputs = Float32Array.of(1, 5, 5, 9);
    const coder = new SequenceCoder(['a', 'b'], { D: 2, standardisation });
    expect(coder.encode(inputs)).toEqual(Float32Array.of(-1, 0, 1, 0));
    expect(inputs).toEqual(Float32Array.of(1, 5, 5, 9));
  });

  it('of bytes are shares of 255', () => {
    const coder = new SequenceCoder(['a', 'b'], { D: 2, standardisation: undefined });
    expect(coder.encode(Uint8Array.of(0, 51))).toEqual(Float32Array.of(0, 0.2));
  });
});

describe('startAtEvidenceSteps', () => {
  const modelOf = (embedding: number) => {
    const shape = { writes: 'last', choices: 2, cell: 'rnn', layers: 1, hidden: 2, bidirectional: false } as const;
    return new SequenceModel(wasm, { ...shape, reads: { vocabulary: 3, embedding } });
  };
  const examples = [
    { inputs: ['good', 'good'], labels: ['pos'] },
    { inputs: ['good', 'bad'], labels: ['pos'] },
    { inputs: ['bad'], labels: ['neg'] },
  ];

  it('gives each word log p(word | label) / p(word), each text counting once', () => {
    const model = modelOf(4);
    runAtOnce(startAtEvidenceSteps(model, words, examples));
    // Counts and one: pos 1 3 2, neg 1 1 2; of 6 and 4, of 10 in all.
    const expected = [
      [1 / 6 / 0.2, 1 / 4 / 0.2],
      [3 / 6 / 0.4, 1 / 4 / 0.4],
      [2 / 6 / 0.4, 2 / 4 / 0.4],
    ];
    const { data } = model.reader.embedding!.value;
    for (const [id, ratios] of expected.entries()) {
      expect([...data.subarray(4 * id, 4 * id + 4)]).toEqual([
        ...ratios.map((r) => expect.closeTo(Math.log(r), 5)),
        0,
        0,
      ]);
    }
  });

  it('leaves short vectors as they are', () => {
    const model = modelOf(3);
    runAtOnce(startAtEvidenceSteps(model, words, examples));
    expect(model.reader.embedding!.value.data.every((x) => x === 0)).toBe(true);
  });
});
