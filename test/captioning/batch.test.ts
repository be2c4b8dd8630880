import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import {
  type CaptionExample,
  type CaptionedFeatures,
  eitherView,
  examplesSteps,
  picturesIn,
  tokenBatch,
} from '../../src/captioning/batch.ts';
import { captionVocabularySteps, encodeCaption, specialIds } from '../../src/captioning/vocabulary.ts';
import { vocabularyOf } from './small-captioning.ts';

const D = 2;

describe('captions in several languages', () => {
  const pictures = {
    captions: [['a Hund'], ['A dog.', 'dog'], ['Hund']],
    languages: ['de', 'en', 'de'],
    names: ['p', 'p', 'q'],
    files: ['p.jpg', 'p.jpg', 'q.jpg'],
    repeats: [1, 2, 3],
    features: Float32Array.of(1, 2, 3, 4, 5, 6),
    mirrored: Float32Array.of(-1, -2, -3, -4, -5, -6),
  };

  it('begin from the START of theirs', () => {
    const vocabulary = runAtOnce(captionVocabularySteps(pictures, { threshold: 1 }));
    const [german, english] = ['<start:de>', '<start:en>'].map((token) => vocabulary.idOf(token));
    const examples = runAtOnce(examplesSteps(pictures, vocabulary));
    expect(examples.map(({ picture, inputs }) => [picture, inputs[0]])).toEqual([
      [0, german],
      [1, english],
      [1, english],
      [2, german],
    ]);
  });

  it('are parted by language, with their pictures', () => {
    expect(picturesIn(pictures, 'de')).toEqual({
      captions: [['a Hund'], ['Hund']],
      languages: ['de', 'de'],
      names: ['p', 'q'],
      files: ['p.jpg', 'q.jpg'],
      repeats: [1, 3],
      features: Float32Array.of(1, 2, 5, 6),
      mirrored: Float32Array.of(-1, -2, -5, -6),
    });
    const { languages: _, ...unsaid } = pictures;
    expect(picturesIn(unsaid, undefined)).toBe(unsaid);
  });
});

describe('examplesSteps', () => {
  it('reads START and the words of each caption, and asks for the words and END', () => {
    const captions = [['a dog', 'one dog runs'], ['a cat']];
    const vocabulary = vocabularyOf(captions.flat());
    const { start, end } = specialIds(vocabulary);
    const expected = captions.flatMap((written, picture) =>
      written.map((caption) => {
        const words = encodeCaption(caption, vocabulary);
        return { picture, inputs: [start, ...words], targets: [...words, end] };
      }),
    );
    const pictures = { features: new Float32Array(2 * D), captions, names: ['a', 'b'] };
    expect(runAtOnce(examplesSteps(pictures, vocabulary))).toEqual(expected);
  });
});

describe('tokenBatch', () => {
  const examples: CaptionExample[] = [
    { picture: 0, inputs: [1, 2], targets: [2, 9], weight: -0.5 },
    { picture: 1, inputs: [1, 3, 4, 5], targets: [3, 4, 5, 9] },
    { picture: 2, inputs: [1], targets: [9], weight: 2 },
    { picture: 3, inputs: [1, 6], targets: [6, 9], weight: 0 },
  ];
  const seenBy = ({ picture }: CaptionExample) => ({
    vector: Float32Array.of(picture, 10 * picture),
    readMap: (target: Float32Array) => target.fill(picture),
  });

  it('has in step after step what each caption that is as long reads and is asked for, and its weight', () => {
    const { packing, ...batch } = tokenBatch(examples, D, seenBy);
    const longestFirst = [1, 0, 3, 2].map((i) => examples[i]!);
    const naive = [0, 1, 2, 3].flatMap((t) =>
      longestFirst
        .filter(({ inputs }) => inputs.length > t)
        .map(({ inputs, targets, weight = 1 }) => ({ input: inputs[t]!, target: targets[t]!, weight })),
    );
    expect(packing).toMatchObject({ counts: [4, 3, 1, 1], starts: [0, 4, 7, 8], rows: 9, batch: 4 });
    expect(batch).toEqual({
      inputs: Int32Array.from(naive, ({ input }) => input),
      targets: Int32Array.from(naive, ({ target }) => target),
      weights: Float32Array.from(naive, ({ weight }) => weight),
      condition: Float32Array.of(1, 10, 0, 0, 3, 30, 2, 20),
    });
  });

  it('has the map of each picture beside its features, where maps are attended to', () => {
    const maps = [1, 0, 3, 2].flatMap((picture) => [picture, picture, picture]);
    expect(tokenBatch(examples, D, seenBy, 3).places).toEqual(Float32Array.from(maps));
  });

  it('leaves the examples in the order they are in', () => {
    const before = [...examples];
    tokenBatch(examples, D, seenBy);
    expect(examples).toEqual(before);
  });
});

describe('eitherView', () => {
  const features = Float32Array.of(0, 1, 10, 11, 20, 21);
  const pictures: CaptionedFeatures = { features, captions: [[], [], []], names: ['a', 'b', 'c'] };
  const draw = (set: CaptionedFeatures, seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 400 }, (_, i) => [...eitherView(set, i % 3, D, random).vector]);
  };

  it('are those of the picture where there is no mirror image', () => {
    for (const [i, drawn] of draw(pictures, 1).entries()) expect(drawn).toEqual([10 * (i % 3), 10 * (i % 3) + 1]);
  });

  it('are those of its mirror image every other time, the same times for the same seed', () => {
    const both = { ...pictures, mirrored: features.map((x) => -x - 1) };
    const drawn = draw(both, 1);
    const mirrored = drawn.filter(([x = 0]) => x < 0);
    for (const [i, [x, y]] of drawn.entries()) {
      const [a, b] = [10 * (i % 3), 10 * (i % 3) + 1];
      expect([x, y]).toEqual(x! < 0 ? [-a - 1, -b - 1] : [a, b]);
    }
    expect(Math.abs(mirrored.length / drawn.length - 0.5)).toBeLessThan(0.1);
    expect(draw(both, 1)).toEqual(drawn);
    expect(draw(both, 2)).not.toEqual(drawn);
  });
});
