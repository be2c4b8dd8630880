/** Sequences whose labels depend on the order of what is read, so that no bag of words can tell them. */
import { Random } from '../../src/base/random.ts';
import {
  type NewSequenceModel,
  type SequenceSettings,
  sequenceDefaults,
  sequenceShapeDefaults,
} from '../../src/sequences/config.ts';
import type { SequenceData, SequenceExample } from '../../src/sequences/data/example.ts';

const FILLERS = ['the', 'film', 'is', 'rather', 'long'];

/** 'good' says pos and 'bad' neg, but for one that has 'not' right before it. */
export function opinions(count: number, seed = 1): SequenceData {
  const random = new Random(seed);
  const examples: SequenceExample[] = Array.from({ length: count }, () => {
    const good = random.uniform() < 0.5;
    const negated = random.uniform() < 0.5;
    const fillers = () => Array.from({ length: random.integer(4) }, () => FILLERS[random.integer(FILLERS.length)]!);
    // Without a negation a 'not' may stand elsewhere.
    const elsewhere = random.uniform() < 0.5 ? ['not'] : [];
    const words = negated ? ['not', good ? 'good' : 'bad'] : [good ? 'good' : 'bad', ...elsewhere];
    return { inputs: [...fillers(), ...words, ...fillers()], labels: [good !== negated ? 'pos' : 'neg'] };
  });
  return { name: 'opinions', D: 0, examples };
}

/** The tag of each letter says whether the number of a's so far is even or odd. */
export function parities(count: number, seed = 1): SequenceData {
  const random = new Random(seed);
  const examples = Array.from({ length: count }, () => {
    const inputs = Array.from({ length: 1 + random.integer(6) }, () => (random.uniform() < 0.5 ? 'a' : 'b'));
    const as = (t: number) => inputs.slice(0, t + 1).filter((letter) => letter === 'a').length;
    return { inputs, labels: inputs.map((_, t) => (as(t) % 2 === 1 ? 'odd' : 'even')) };
  });
  return { name: 'parities', D: 0, examples };
}

/** Vectors of two numbers, in units of their own: above or below a wave, which no straight line follows. */
export function waves(count: number, seed = 1): SequenceData {
  const random = new Random(seed);
  const examples = Array.from({ length: count }, () => {
    const [x, y] = [2 * random.uniform() - 1, 2 * random.uniform() - 1];
    return { inputs: Float32Array.of(1000 + 100 * x, 0.01 * y), labels: [y > Math.sin(4 * x) ? 'above' : 'below'] };
  });
  return { name: 'waves', D: 2, examples };
}

/** Pictures of 12 × 12 pixels with a patch near one of the corners, which is the label. */
export function corners(count: number, seed = 1): SequenceData {
  const random = new Random(seed);
  const examples = Array.from({ length: count }, () => {
    const [lower, right] = [random.integer(2), random.integer(2)];
    const [top, left] = [1 + 6 * lower + random.integer(2), 1 + 6 * right + random.integer(2)];
    const inputs = new Uint8Array(12 * 12);
    for (let i = 0; i < 9; i++) inputs[12 * (top + Math.floor(i / 3)) + left + (i % 3)] = 150 + random.integer(106);
    return { inputs, labels: [`${lower ? 'lower' : 'upper'} ${right ? 'right' : 'left'}`] };
  });
  return { name: 'corners', D: 144, picture: { rows: 12, columns: 12 }, examples };
}

export const smallShape: NewSequenceModel = { ...sequenceShapeDefaults, task: 'classify', hidden: 16, embedding: 8 };

/** A second or so. */
export const fastSettings: SequenceSettings = {
  ...sequenceDefaults,
  ...{ batch: 10, minCount: 1, epochs: 8, learningRate: 0.02, dropout: 0, valFraction: 0.2 },
};

/** As a file of `text TAB label` lines. */
export function linesOf({ examples }: SequenceData): string {
  return examples.map(({ inputs, labels }) => `${(inputs as string[]).join(' ')}\t${labels[0]}\n`).join('');
}

/** As a file of `token TAB tag` lines. */
export function taggedLinesOf({ examples }: SequenceData): string {
  return examples
    .map(({ inputs, labels }) => `${(inputs as string[]).map((token, t) => `${token}\t${labels[t]}\n`).join('')}\n`)
    .join('');
}
