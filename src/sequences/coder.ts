/** Turns sequences into numbers, and these into the packed batches that a model reads. Knows no model. */
import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import type { StepInputs } from '../model/input-reader.ts';
import type { ReadBatch, SequenceBatch } from '../model/sequence-model.ts';
import { type Standardisation, standardise } from '../model/standardisation.ts';
import { type Packing, packedSequences } from '../nn/packing.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { type Inputs, isWords, labelsInWords, type SequenceExample } from './data/example.ts';
import { encodeWords } from './words.ts';

/** A sequence as a model reads it: an id for each of T steps, or vectors [T, D]. */
export type Coded = Int32Array | Float32Array;

export interface CodedExample {
  inputs: Coded;
  /** The number of each label. */
  targets: Int32Array;
}

/** Encodes words, or vectors, and their labels. */
export class SequenceCoder {
  /** The words that it knows; undefined where it encodes vectors. */
  readonly vocabulary: Vocabulary | undefined;
  readonly labels: readonly string[];
  /** The size of vectors; 0 for words. */
  readonly D: number;
  readonly standardisation: Standardisation | undefined;
  readonly #oneStep: boolean;
  readonly #targets: ReadonlyMap<string, number>;

  /** @param reads words of a vocabulary, or vectors; with `oneStep` a sequence must be a single vector (a picture) */
  constructor(
    labels: readonly string[],
    reads: { vocabulary: Vocabulary } | { D: number; standardisation: Standardisation | undefined; oneStep?: boolean },
  ) {
    this.labels = labels;
    this.vocabulary = 'vocabulary' in reads ? reads.vocabulary : undefined;
    this.D = 'D' in reads ? reads.D : 0;
    this.standardisation = 'D' in reads ? reads.standardisation : undefined;
    this.#oneStep = 'D' in reads && (reads.oneStep ?? false);
    this.#targets = new Map(labels.map((label, i) => [label, i]));
  }

  /** @throws InputError when the inputs are not of the kind that was learned: words, or vectors of size D */
  encode(inputs: Inputs): Coded {
    const { vocabulary, D } = this;
    if (isWords(inputs)) {
      if (vocabulary) return encodeWords(inputs, vocabulary);
      throw new InputError('the model does not read this', { found: 'words', expected: `vectors of ${D} numbers` });
    }
    const fits = this.#oneStep ? inputs.length === D : inputs.length % D === 0;
    if (!vocabulary && fits) return this.#scaled(inputs);
    throw new InputError('the model does not read this', {
      found: `vectors of ${counted(inputs.length, 'number')}`,
      expected: vocabulary ? 'words' : `vectors of ${D}`,
    });
  }

  /** @throws InputError when a label was never seen in training */
  encodeLabels(labels: readonly string[]): Int32Array {
    return Int32Array.from(labels, (label) => this.#targets.get(label) ?? this.#unknown(label));
  }

  /** @throws InputError as `encode` and `encodeLabels` do */
  encodeExample({ inputs, labels }: SequenceExample): CodedExample {
    return { targets: this.encodeLabels(labels), inputs: this.encode(inputs) };
  }

  /** Bytes become shares of 255; other vectors are standardised where those of training were. */
  #scaled(vectors: Float32Array | Uint8Array): Float32Array {
    if (vectors instanceof Uint8Array) return Float32Array.from(vectors, (x) => x / 255);
    if (!this.standardisation) return vectors;
    const scaled = vectors.slice();
    standardise(scaled, this.standardisation);
    return scaled;
  }

  #unknown(label: string): never {
    throw new InputError(`the label ${JSON.stringify(label)} was never seen in training`, {
      expected: labelsInWords(this.labels),
      advice: 'Mend the label, or train with examples of it.',
    });
  }
}

/**
 * Packs sequences, longest first.
 *
 * @param D size of vectors; 0 for ids
 * @returns the batch, and in `order[n]` the place of its n-th sequence among those given
 */
export function packInputs(sequences: readonly Coded[], D: number): ReadBatch & { order: number[] } {
  const width = D || 1;
  const order = sequences.map((_, i) => i).sort((a, b) => sequences[b]!.length - sequences[a]!.length);
  const packing = packedSequences(order.map((i) => sequences[i]!.length / width));
  return { packing, inputs: inputsOf(sequences, order, packing, D), order };
}

function inputsOf(sequences: readonly Coded[], order: readonly number[], packing: Packing, D: number): StepInputs {
  const width = D || 1;
  const values = D > 0 ? new Float32Array(packing.rows * D) : new Int32Array(packing.rows);
  for (const [t, count] of packing.counts.entries()) {
    const first = packing.starts[t]!;
    for (let n = 0; n < count; n++) {
      values.set(sequences[order[n]!]!.subarray(t * width, (t + 1) * width), (first + n) * width);
    }
  }
  return values instanceof Float32Array ? { vectors: values } : { ids: values };
}

/**
 * Packs examples with their targets: M, one for each row, or N, one for each sequence.
 *
 * @param D size of vectors; 0 for ids
 * @param inStep whether each step has a target
 */
export function packExamples(examples: readonly CodedExample[], D: number, inStep: boolean): SequenceBatch {
  const { packing, inputs, order } = packInputs(
    examples.map((example) => example.inputs),
    D,
  );
  const sorted = order.map((i) => examples[i]!.targets);
  const targets = inStep
    ? packing.counts.flatMap((count, t) => sorted.slice(0, count).map((ofSteps) => ofSteps[t]!))
    : sorted.map((ofSequence) => ofSequence[0]!);
  return { packing, inputs, targets };
}
