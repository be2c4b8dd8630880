import { describe, expect, it } from 'vitest';
import { InputError, UsageError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import {
  type Caption,
  type CaptionSampling,
  type DecodingOptions,
  decodingDefaults,
} from '../../src/captioning/caption.ts';
import type { PictureFeatures } from '../../src/captioning/picture-features.ts';
import { checkDecoding, writeCaptionsSteps } from '../../src/captioning/write.ts';
import type { StepFunction } from '../../src/decoding/step.ts';
import { END, UNKNOWN } from '../../src/text/special-tokens.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { randomDistribution, stepsOf } from '../decoding/fake-steps.ts';
import { vocabularyOf } from './small-captioning.ts';

const vocabulary = vocabularyOf(['one two three four five']);
const sizes = { vocabulary, D: 1 };
const PICTURES = 60;
/** A picture's only feature is its number: it tells the distribution which of them are written at once. */
const features = Float32Array.from({ length: PICTURES }, (_, i) => i);
const begin = ({ vectors: rows }: PictureFeatures) => {
  const distribution = randomDistribution(vocabulary.size, 3);
  return stepsOf((source, tokens) => distribution(rows[source]!, tokens));
};
const writeCaptions = (
  begin: (features: PictureFeatures) => StepFunction,
  sizes: { vocabulary: Vocabulary; D: number },
  vectors: Float32Array,
  options: DecodingOptions | CaptionSampling,
) => runAtOnce(writeCaptionsSteps({ ...sizes, begin }, { vectors }, options));
const write = (options: Partial<DecodingOptions> = {}) =>
  writeCaptions(begin, sizes, features, { ...decodingDefaults, maxLength: 6, ...options });

const sampling: CaptionSampling = { random: new Random(1), samples: 5, temperature: 1, maxLength: 6 };

describe('writeCaptions in several languages', () => {
  const tokens = ['<start:ja>', '<start:de>', END, UNKNOWN, '犬', '走る', 'hund', 'rennt'];
  const languages = new Vocabulary(tokens);
  const begun: string[] = [];
  /** After each START the words of its language, then END. */
  const beginIn = (): StepFunction => (last) =>
    Float32Array.from(
      last.flatMap((token) => {
        if (token < 2) begun.push(tokens[token]!);
        const next = ['犬', 'hund', '', '', '走る', END, 'rennt', END][token];
        return tokens.map((one) => Math.log(one === next ? 0.9 : 0.1 / (tokens.length - 1)));
      }),
    );
  const writeIn = (options: DecodingOptions | CaptionSampling) =>
    writeCaptions(beginIn, { vocabulary: languages, D: 1 }, Float32Array.of(1), options)[0]!;

  it('begins from the START of the one asked for, by default the first, and joins its words as it does', () => {
    expect(writeIn({ ...decodingDefaults, consensus: 5 })[0]?.caption).toBe('犬走る');
    expect(new Set(begun.splice(0))).toEqual(new Set(['<start:ja>']));
    expect(writeIn({ ...decodingDefaults, language: 'de' })[0]?.caption).toBe('hund rennt');
    writeIn({ ...sampling, language: 'DE' });
    expect(new Set(begun)).toEqual(new Set(['<start:de>']));
  });

  it('never writes a START, of any language', () => {
    const drawn = writeIn({ random: new Random(3), samples: 150, temperature: 9, maxLength: 6, language: 'de' });
    const words = new Set(drawn.flatMap((caption) => caption.words.map(({ word }) => word)));
    expect(words).toEqual(new Set(['犬', '走る', 'hund', 'rennt']));
  });

  it('refuses one that the captioner does not have, and any of one without', () => {
    const refuse = (language: string, of: Vocabulary, message: string) => {
      expect(() => checkDecoding({ ...decodingDefaults, language }, of)).toThrow(UsageError);
      expect(() => checkDecoding({ ...decodingDefaults, language }, of)).toThrow(message);
    };
    refuse('fr', languages, 'the captioner does not write in fr: expected ja or de');
    refuse('fr', vocabulary, 'language does not apply to a captioner that was trained without languages: found fr');
  });
});

describe('writeCaptions', () => {
  it('writes for every picture, more than fit at once, what it writes for each alone', () => {
    const captions = write();
    expect(captions).toHaveLength(PICTURES);
    for (const n of [0, 37, 38, 39, 59]) {
      const alone = { ...decodingDefaults, maxLength: 6 };
      expect(writeCaptions(begin, sizes, features.subarray(n, n + 1), alone)).toEqual([captions[n]]);
    }
  });

  it('heeds what words cost in a search for each picture, of all that are written in turns', () => {
    const [one, two] = [vocabulary.idOf('one')!, vocabulary.idOf('two')!];
    const costsOf = (picture: number) => {
      return new Float32Array(vocabulary.size).map((_, id) => (id === (picture % 2 ? one : two) ? 1000 : 0));
    };
    const options = { ...decodingDefaults, maxLength: 6 };
    const found = runAtOnce(writeCaptionsSteps({ ...sizes, begin, costsOf }, { vectors: features }, options));
    const has = (captions: Caption[] | undefined, word: string) => captions![0]!.caption.split(' ').includes(word);
    for (const [picture, captions] of found.entries()) expect(has(captions, picture % 2 ? 'one' : 'two')).toBe(false);
    expect(found.some((captions) => has(captions, 'one'))).toBe(true);
    expect(write().some((captions, picture) => has(captions, picture % 2 ? 'one' : 'two'))).toBe(true);
  });

  it('keeps to the rules: lengths, no repeats, no unknown words, nothing blocked', () => {
    for (const [{ words } = { words: [] }] of write({ minLength: 3, block: 2 })) {
      const written = words.map(({ word }) => word);
      expect(written.length).toBeGreaterThanOrEqual(3);
      expect(written.length).toBeLessThanOrEqual(6);
      expect(written.some((word) => word.startsWith('<'))).toBe(false);
      const pairs = written.slice(1).map((word, i) => `${written[i]} ${word}`);
      expect(new Set(pairs).size).toBe(pairs.length);
      expect(written.some((word, i) => word === written[i + 1])).toBe(false);
    }
  });

  it('writes as many different captions as there are groups', () => {
    for (const captions of write({ beam: 4, groups: 4, diversity: 1 })) {
      expect(new Set(captions.map(({ caption }) => caption)).size).toBe(4);
    }
  });

  it('by consensus writes what drawn captions agree on, as many as the beam alone and other ones', () => {
    const [agreed, alone] = [write({ consensus: 40 }), write({ consensus: 0 })];
    expect(agreed.map((captions) => captions.length)).toEqual(alone.map((captions) => captions.length));
    const others = agreed.filter(([best], n) => best?.caption !== alone[n]?.[0]?.caption);
    expect(others.length).toBeGreaterThan(PICTURES / 10);
  });

  it('draws as many captions as are wanted of each picture, by the same rules', () => {
    const drawn = writeCaptions(begin, sizes, features, { ...sampling, minLength: 2 });
    expect(drawn).toHaveLength(PICTURES);
    for (const captions of drawn) {
      expect(captions).toHaveLength(5);
      for (const { words } of captions) expect(words.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('refuses features of a part of a picture', () => {
    expect(() => writeCaptions(begin, { vocabulary, D: 2 }, new Float32Array(3), decodingDefaults)).toThrow(
      new InputError(
        "the features are not those of whole pictures: found 3 numbers, expected 2 for each picture, as the captioner's CNN gives them",
      ),
    );
  });

  it('writes nothing for no pictures', () => {
    expect(writeCaptions(begin, sizes, new Float32Array(), decodingDefaults)).toEqual([]);
  });
});

describe('checkDecoding refuses, in a line,', () => {
  const large = new Vocabulary(Array.from({ length: 300 }, (_, i) => String(i)));
  const cases: [what: string, options: DecodingOptions | CaptionSampling, message: string][] = [
    [
      'a beam wider than the memory',
      { ...decodingDefaults, beam: 193 },
      'the beam is too wide: found 193, expected at most 192',
    ],
    [
      'more to agree on than fit',
      { ...decodingDefaults, consensus: 193 },
      'too many captions to agree on: found 193, expected at most 192',
    ],
    [
      'groups that are too many',
      { ...decodingDefaults, beam: 50, groups: 4 },
      'the beam is too wide: found 50, expected at most 48 for each of 4 captions',
    ],
    [
      'too many draws',
      { ...sampling, samples: 193 },
      'too many captions of a picture: found 193, expected at most 192',
    ],
    [
      'a least length above the greatest',
      { ...decodingDefaults, minLength: 9, maxLength: 8 },
      'the shortest caption is longer than the longest: found at least 9 words and at most 8',
    ],
  ];
  it.each(cases)('%s', (_, options, message) => {
    expect(() => checkDecoding(options, large)).toThrow(new UsageError(message));
  });

  it.each<[string, DecodingOptions | CaptionSampling, number]>([
    ['beam', { ...decodingDefaults, beam: 0 }, 1],
    ['beam', { ...decodingDefaults, beam: Number.NaN }, 1],
    ['groups', { ...decodingDefaults, groups: 1.5 }, 1],
    ['maxLength', { ...decodingDefaults, minLength: 0, maxLength: -1 }, 0],
    ['samples', { ...sampling, samples: 0 }, 1],
  ])('%s of which there can not be so many: %j', (name, options, least) => {
    expect(() => checkDecoding(options, large)).toThrow(
      new RegExp(`^${name} is out of range: found .*, expected an integer of at least ${least}$`),
    );
  });

  it('a beam wider than the vocabulary', () => {
    const twenty = vocabularyOf(Array.from({ length: 17 }, (_, i) => `word${String.fromCharCode(97 + i)}`));
    const V = twenty.size;
    expect(checkDecoding({ ...decodingDefaults, beam: V }, twenty)).toBe(V);
    expect(() => checkDecoding({ ...decodingDefaults, beam: V + 1 }, twenty)).toThrow(
      new UsageError(`the beam is too wide: found ${V + 1}, expected at most ${V}, the size of the vocabulary`),
    );
  });

  it('and nothing that can be done', () => {
    expect(checkDecoding({ ...decodingDefaults, beam: 192 }, large)).toBe(192);
    expect(checkDecoding({ ...decodingDefaults, minLength: 8, maxLength: 8, beam: 48, groups: 4 }, large)).toBe(192);
    expect(checkDecoding({ ...sampling, samples: 192 }, vocabulary)).toBe(192);
    expect(checkDecoding(decodingDefaults, vocabularyOf(['alone']))).toBe(decodingDefaults.beam);
  });
});
