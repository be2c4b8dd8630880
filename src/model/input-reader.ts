/**
 * What a recurrent stack reads at each step: ids that stand for vectors which are learned (an embedding), ids that
 * stand for one-hot vectors, or vectors that are given. It knows no words and no pictures.
 *
 * M rows of all sequences and steps (packed, see `nn/packing.ts`), V vocabulary, E embedding, D size of given vectors.
 */
import type { Random } from '../base/random.ts';
import type { Integers, Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import { applyDropout, type Dropout } from '../nn/dropout.ts';
import { fillUniform } from '../nn/initialisation.ts';
import { Parameter } from '../nn/parameter.ts';
import type { LayerInput } from '../nn/recurrent-layer.ts';
import { checkIds } from './check-ids.ts';

/** V ids, whose vectors have E values (0 feeds one-hot vectors to the first layer), or given vectors of D values. */
export type InputShape = { vocabulary: number; embedding: number } | { vectors: number };

/** M ids, or M vectors one after the other. */
export type StepInputs = { ids: ArrayLike<number> } | { vectors: Float32Array };

/** Dropout site beside the layers', which are numbered from 0. */
const EMBEDDING_SITE = -1;

export class InputReader {
  readonly shape: InputShape;
  /** [V, E] */
  readonly embedding: Parameter | undefined;
  readonly #engine: Engine;
  readonly #workspace: Workspace;
  /** What was read last. */
  #ids: Integers | undefined;

  constructor(engine: Engine, shape: InputShape) {
    this.shape = shape;
    this.#engine = engine;
    this.#workspace = new Workspace(engine.arena);
    const embeds = 'embedding' in shape && shape.embedding > 0;
    this.embedding = embeds ? new Parameter(engine.arena, 'embedding', shape.vocabulary, shape.embedding) : undefined;
  }

  get parameters(): Parameter[] {
    return this.embedding ? [this.embedding] : [];
  }

  /** Values of the vector that the first layer reads at a step. */
  get size(): number {
    if ('vectors' in this.shape) return this.shape.vectors;
    return this.shape.embedding || this.shape.vocabulary;
  }

  initialise(random: Random): void {
    if (this.embedding) fillUniform(this.embedding, 0.1, random);
  }

  /**
   * What the first layer reads, valid until the next call.
   *
   * @param dropout of the embedding's values
   * @throws RangeError when it is not what the shape says, or not of so many rows
   */
  read(inputs: StepInputs, rows: number, dropout?: Dropout): LayerInput {
    if ('vectors' in this.shape) return { values: this.#copy(inputs, rows, this.shape.vectors) };
    if (!('ids' in inputs)) throw new RangeError('vectors for a model that reads ids');
    checkIds('inputs', inputs.ids, rows, 0, this.shape.vocabulary);
    const ids = this.#workspace.integers('ids', inputs.ids);
    this.#ids = ids;
    if (!this.embedding) return { ids };
    const { kernels } = this.#engine;
    const embedded = this.#workspace.matrix('embedded', rows, this.shape.embedding);
    kernels.gatherRows(embedded.offset, this.embedding.value.offset, ids.offset, rows, embedded.cols);
    if (dropout) applyDropout(kernels, dropout, EMBEDDING_SITE, embedded);
    return { values: embedded };
  }

  /** Where the first layer's gradient by its input [M, E] goes; none where nothing is learned from it. */
  gradient(rows: number): Matrix | undefined {
    return this.embedding && this.#workspace.matrix('gradient', rows, this.size);
  }

  /** Sets the gradient of the embedding from that of what was read last, see `gradient`. `dropout` as it was there. */
  backward(dInput: Matrix | undefined, dropout?: Dropout): void {
    if (!this.embedding || !dInput || !this.#ids) return;
    const { kernels } = this.#engine;
    if (dropout) applyDropout(kernels, dropout, EMBEDDING_SITE, dInput);
    const { gradient } = this.embedding;
    gradient.data.fill(0);
    kernels.scatterAddRows(gradient.offset, dInput.offset, this.#ids.offset, dInput.rows, dInput.cols);
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
