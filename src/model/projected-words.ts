/**
 * What words put into the gates of the first layer, x W_xh, computed when a word is read first: while captions and
 * translations are written the same words are read over and over, and their vectors meet a matrix that does not change.
 * It knows ids, not what they stand for, and is not for learning.
 *
 * E embedding, G gates of all units.
 */
import type { Integers, Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import type { LayerInput } from '../nn/layer-input.ts';
import type { Linear } from '../nn/linear.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { RecurrentLayer } from '../nn/recurrent-layer.ts';
import { checkIds } from './check-ids.ts';

/** Words that are remembered; when there is no room for more, all are forgotten. */
const ROOM = 1024;

export class ProjectedWords {
  readonly #engine: Engine;
  readonly #embedding: Parameter;
  readonly #layer: RecurrentLayer;
  readonly #workspace: Workspace;
  /** [ROOM, G], made on first use. */
  #table: Matrix | undefined;
  /** The row of the table that a word has. */
  readonly #rows = new Map<number, number>();
  #versions = '';

  /** @param embedding [V, E] @param layer that reads its rows */
  constructor(engine: Engine, embedding: Parameter, layer: RecurrentLayer) {
    this.#engine = engine;
    this.#embedding = embedding;
    this.#layer = layer;
    this.#workspace = new Workspace(engine.arena);
  }

  /**
   * What the layer reads for these words; undefined where they are too many. Valid until the next call.
   *
   * @throws RangeError when there is no such word
   */
  read(ids: ArrayLike<number>): LayerInput | undefined {
    if (ids.length > ROOM) return undefined;
    checkIds('inputs', ids, ids.length, 0, this.#embedding.value.rows);
    const versions = `${this.#embedding.version} ${this.#layer.inputWeights.version}`;
    if (versions !== this.#versions) this.#rows.clear();
    this.#versions = versions;
    let unread = this.#unread(ids);
    if (this.#rows.size + unread.length > ROOM) {
      this.#rows.clear();
      unread = this.#unread(ids);
    }
    this.#table ??= this.#engine.arena.matrix(ROOM, this.#layer.inputWeights.value.cols);
    if (unread.length > 0) this.#project(unread, this.#table);
    const rows = Array.from(ids, (id) => this.#rows.get(id)!);
    return new ProjectedInput(this.#workspace.integers('rows', rows), this.#table);
  }

  #unread(ids: ArrayLike<number>): number[] {
    return [...new Set(Array.from(ids))].filter((id) => !this.#rows.has(id));
  }

  #project(ids: readonly number[], table: Matrix): void {
    const { value } = this.#embedding;
    const first = this.#rows.size;
    const vectors = this.#workspace.matrix('vectors', ids.length, value.cols);
    const { offset } = this.#workspace.integers('ids', ids);
    this.#engine.kernels.gatherRows(vectors.offset, value.offset, offset, ids.length, value.cols);
    this.#layer.project(table.rowRange(first, first + ids.length), vectors);
    for (const [i, id] of ids.entries()) this.#rows.set(id, first + i);
  }
}

/** Ids that stand for rows of a table of vectors that were multiplied by W_xh before. */
class ProjectedInput implements LayerInput {
  readonly isChosen = false;
  readonly #ids: Integers;
  readonly #table: Matrix;

  constructor(ids: Integers, table: Matrix) {
    this.#ids = ids;
    this.#table = table;
  }

  forward(linear: Linear, z: Matrix): void {
    linear.forwardIds(z, this.#ids, this.#table);
  }

  forwardStep(): void {}

  backwardStep(): void {
    this.backward();
  }

  gradient(): void {
    this.backward();
  }

  backward(): void {
    throw new Error('nothing is learned from vectors that were multiplied before');
  }
}
