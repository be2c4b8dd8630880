import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { averageWeights } from '../../src/captioning/average.ts';
import { Captioner } from '../../src/captioning/captioner.ts';
import type { CaptionConfig } from '../../src/captioning/config.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { vocabularyOf } from './small-captioning.ts';

const engine = await openEngine('wasm');
afterAll(() => engine.close());

function randomCaptioner(seed: number, { words = 'a red boat', hidden = 4, key = 'cnn-1' } = {}): Captioner {
  const vocabulary = vocabularyOf([words]);
  const shape = { cell: 'lstm', layers: 1, hidden, embedding: 3, vocabulary: vocabulary.size, condition: 2 } as const;
  const model = new LanguageModel(engine, shape).initialise(new Random(seed));
  const config = { shape, pictures: { key } } as CaptionConfig;
  return new Captioner(config, vocabulary, model, { mean: new Float32Array(2), scale: new Float32Array(2) });
}

const weightsOf = ({ model }: Captioner) => model.parameters.flatMap(({ value }) => [...value.data]);

describe('averageWeights', () => {
  it('gives the first the mean of both, and leaves the second as it is', () => {
    const [one, other] = [randomCaptioner(1), randomCaptioner(2)];
    const [a, b] = [one, other].map(weightsOf);
    averageWeights(one, other);
    expect(weightsOf(other)).toEqual(b);
    for (const [i, weight] of weightsOf(one).entries()) expect(weight).toBeCloseTo((a![i]! + b![i]!) / 2, 6);
    expect(a).not.toEqual(b);
  });

  it('goes by words, and leaves those that the other has not', () => {
    const [one, other] = [randomCaptioner(1), randomCaptioner(2, { words: 'a blue and red sea' })];
    const [embedding, theirs] = [one, other].map(({ model }) => model.embedding!.value);
    const before = embedding!.data.slice();
    averageWeights(one, other, 0.25);
    for (const [id, token] of one.vocabulary.tokens.entries()) {
      const there = other.vocabulary.idOf(token);
      for (let e = 0; e < 3; e++) {
        const own = before[3 * id + e]!;
        const mean = there === undefined ? own : 0.75 * own + 0.25 * theirs!.data[3 * there + e]!;
        expect(embedding!.data[3 * id + e]).toBeCloseTo(mean, 6);
      }
    }
  });

  it('is noticed by what was packed from the weights', () => {
    const [one, same] = [randomCaptioner(1), randomCaptioner(1)];
    const step = (captioner: Captioner) => [
      ...captioner.model.step([0], captioner.model.newState(1), new Float32Array(2)),
    ];
    const before = step(one);
    averageWeights(one, randomCaptioner(2));
    expect(step(one)).not.toEqual(before);
    averageWeights(same, randomCaptioner(2));
    expect(step(one)).toEqual(step(same));
  });

  it.each([
    ['shape', { hidden: 5 }],
    ['features', { key: 'cnn-2' }],
  ])('refuses a captioner with another %s', (what, changes) => {
    expect(() => averageWeights(randomCaptioner(1), randomCaptioner(2, changes))).toThrow(
      `the ${what} of the captioners are not the same`,
    );
  });
});
