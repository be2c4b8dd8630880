/**
 * What a recurrent stack reads at each step: ids that stand for vectors which are learned (an embedding), ids that
 * stand for one-hot vectors, vectors that are given, or glimpses of a picture that is given. It knows no words and not
 * what pictures show.
 *
 * M rows of all sequences and steps (packed, see `nn/packing.ts`), V vocabulary, E embedding, D size of given vectors.
 */
import type { Random } from '../base/random.ts';
import { copyColumns, type Integers, type Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import { Attention } from '../nn/attention.ts';
import { applyDropout, type Dropout } from '../nn/dropout.ts';
import { GlimpseReader } from '../nn/glimpse-reader.ts';
import type { PictureSize } from '../nn/glimpse-window.ts';
import { fillUniform } from '../nn/initialisation.ts';
import { IdInput, type LayerInput, VectorInput } from '../nn/layer-input.ts';
import { type Packing, uniformPacking } from '../nn/packing.ts';
import { Parameter } from '../nn/parameter.ts';
import { checkIds } from './check-ids.ts';

/**
 * One of three:
 *
 * - V ids, whose vectors have E values (0 feeds one-hot vectors to the first layer); with attention beside them the
 *   context, of as many values as the vectors that are attended to (`memory`) have, with or without a gate;
 * - given vectors of D values;
 * - so many glimpses of a given picture, where the network chooses to look.
 */
export type InputShape =
  | { vocabulary: number; embedding: number; memory?: number | undefined; gate?: boolean | undefined }
  | { vectors: number }
  | { glimpses: number; picture: PictureSize };

/**
 * M ids, and with attention what each sequence attends to; or M vectors one after the other. A picture is one vector.
 */
export type StepInputs = ({ ids: ArrayLike<number> } & Attended) | { vectors: Float32Array };

/** What the sequences of a batch attend to. */
export interface Attended {
  /** Which source of the memory each attends to [N₀]. */
  sources?: ArrayLike<number> | undefined;
  /** In place of these: vectors at the places of a source for each [N₀, places, memory], which become the memory. */
  places?: Float32Array | undefined;
  /** λ of the penalty on places that are not attended to once, see `nn/coverage.ts`; over the divisor of gradients. */
  coverage?: number | undefined;
}

/** Dropout site beside the layers', which are numbered from 0. */
const EMBEDDING_SITE = -1;

export class InputReader {
  readonly shape: InputShape;
  /** Values of the vector that the first layer reads at a step. */
  readonly size: number;
  /** [V, E] */
  readonly embedding: Parameter | undefined;
  readonly glimpses: GlimpseReader | undefined;
  readonly attention: Attention | undefined;
  readonly #engine: Engine;
  readonly #workspace: Workspace;
  /** The ids that were read last. */
  #read: { ids: Integers; packing: Packing } | undefined;

  /**
   * @param hidden units of the first layer, by which glimpses and attention choose
   * @param prefix of the parameters' names
   */
  constructor(engine: Engine, shape: InputShape, hidden: number, prefix = '') {
    this.shape = shape;
    this.#engine = engine;
    this.#workspace = new Workspace(engine.arena);
    if ('vectors' in shape) {
      this.size = shape.vectors;
    } else if ('glimpses' in shape) {
      this.glimpses = new GlimpseReader(engine, shape.picture, shape.glimpses, hidden);
      this.size = this.glimpses.size;
    } else {
      const { vocabulary, embedding, memory = 0, gate } = shape;
      if (memory > 0 && embedding === 0) throw new RangeError('attention beside one-hot vectors');
      if (embedding > 0) this.embedding = new Parameter(engine.arena, `${prefix}embedding`, vocabulary, embedding);
      if (memory > 0) this.attention = new Attention(engine, { values: memory, hidden, keys: hidden, gate });
      this.size = (embedding || vocabulary) + memory;
    }
  }

  get parameters(): Parameter[] {
    const learned = [this.glimpses, this.attention].flatMap((part) => part?.parameters ?? []);
    return this.embedding ? [this.embedding, ...learned] : learned;
  }

  initialise(random: Random): void {
    if (this.embedding) fillUniform(this.embedding, 0.1, random);
    this.glimpses?.initialise(random);
    this.attention?.initialise(random);
  }

  /** The steps that are taken to read sequences of such lengths: a picture has as many as it is given glimpses. */
  steps(packing: Packing): Packing {
    if (!('glimpses' in this.shape)) return packing;
    if (packing.counts.length > 1) throw new RangeError('several pictures one after the other for a model of one');
    return uniformPacking(packing.batch, this.shape.glimpses);
  }

  /**
   * What the first layer reads, valid until the next call.
   *
   * @param packing of the inputs; pictures are sequences of one step
   * @param dropout of the embedding's values
   * @throws RangeError when the inputs are of another kind than the shape's, or not of so many rows
   */
  read(inputs: StepInputs, packing: Packing, dropout?: Dropout): LayerInput {
    const { rows } = packing;
    if ('vectors' in this.shape) return new VectorInput(this.#copy(inputs, rows, this.shape.vectors));
    if (this.glimpses) return this.glimpses.look(this.#copy(inputs, rows, this.glimpses.pixels));
    if (!('ids' in inputs) || !('vocabulary' in this.shape)) throw new RangeError('vectors for a model that reads ids');
    checkIds('inputs', inputs.ids, rows, 0, this.shape.vocabulary);
    const ids = this.#workspace.integers('ids', inputs.ids);
    this.#read = { ids, packing };
    if (!this.embedding) return new IdInput(ids);
    const { kernels } = this.#engine;
    const embedded = this.#workspace.matrix('embedded', rows, this.shape.embedding);
    kernels.gatherRows(embedded.offset, this.embedding.value.offset, ids.offset, rows, embedded.cols);
    if (dropout) applyDropout(kernels, dropout, EMBEDDING_SITE, embedded, { packing });
    if (!this.attention) return new VectorInput(embedded);
    const wide = this.#workspace.matrix('embedded and contexts', rows, this.size);
    copyColumns(wide, 0, embedded, 0, embedded.cols);
    return this.attention.attend(wide, packing, this.#sources(inputs, packing, dropout), inputs.coverage);
  }

  /** Which sources are attended to, of the memory as it is or of what the batch brings along. */
  #sources({ sources = [], places }: Attended, { batch }: Packing, dropout: Dropout | undefined): ArrayLike<number> {
    if (!places) return sources;
    this.attention!.memory.setVectors(places, batch, dropout);
    return Array.from({ length: batch }, (_, n) => n);
  }

  /** Where the first layer's gradient by its input [M, size] goes; none where nothing is learned from it. */
  gradient(rows: number): Matrix | undefined {
    return (this.embedding ?? this.glimpses) && this.#workspace.matrix('gradient', rows, this.size);
  }

  /** Sets the gradient of the embedding from that of what was read last, see `gradient`. `dropout` as it was there. */
  backward(dInput: Matrix | undefined, dropout?: Dropout): void {
    if (!this.embedding || !dInput || !this.#read) return;
    const { ids, packing } = this.#read;
    const { kernels } = this.#engine;
    const { gradient } = this.embedding;
    let dEmbedded = dInput;
    if (this.attention) {
      dEmbedded = this.#workspace.matrix('gradient of the embedded', dInput.rows, gradient.cols);
      copyColumns(dEmbedded, 0, dInput, 0, gradient.cols);
    }
    if (dropout) applyDropout(kernels, dropout, EMBEDDING_SITE, dEmbedded, { packing });
    gradient.data.fill(0);
    kernels.scatterAddRows(gradient.offset, dEmbedded.offset, ids.offset, dEmbedded.rows, gradient.cols);
  }

  #copy(inputs: StepInputs, rows: number, D: number): Matrix {
    if (!('vectors' in inputs)) throw new RangeError('ids for a model that reads vectors');
    const { vectors } = inputs;
    if (vectors.length !== rows * D) {
      throw new RangeError(`vectors of ${vectors.length} values; expected ${rows} × ${D}`);
    }
    const matrix = this.#workspace.matrix('vectors', rows, D);
    matrix.data.set(vectors);
    return matrix;
  }
}
