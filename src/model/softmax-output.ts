/**
 * What is written: y = W_hy h + b_y, a softmax over V choices, and its cross entropy with what should have been
 * written. It knows neither what the choices stand for nor where the h come from.
 *
 * M rows, H size of h.
 */
import type { Random } from '../base/random.ts';
import type { Steps } from '../base/steps.ts';
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import { fillUniform } from '../nn/initialisation.ts';
import { Linear } from '../nn/linear.ts';
import { Parameter } from '../nn/parameter.ts';
import { checkIds } from './check-ids.ts';

/** What should be written at M rows. */
export interface Targets {
  /** M ids; -1 where there is no target. */
  targets: ArrayLike<number>;
  /** M factors of the losses, which may be negative; 1 each where none are given. */
  weights?: ArrayLike<number> | undefined;
  /** What gradients divide the sum of the losses by; the number of targets where none is given. */
  divisor?: number;
}

/** A weighted sum of losses in nats over the rows that have a target, and their number. */
export interface Loss {
  sum: number;
  tokens: number;
}

export class SoftmaxOutput {
  /** W_hy [H, V] and b_y [1, V] */
  readonly weights: Parameter;
  readonly bias: Parameter;
  readonly #engine: Engine;
  readonly #linear: Linear;
  readonly #workspace: Workspace;

  /** @param H inputs @param V choices */
  constructor(engine: Engine, H: number, V: number) {
    this.weights = new Parameter(engine.arena, 'output.weights', H, V);
    this.bias = new Parameter(engine.arena, 'output.bias', 1, V);
    this.#engine = engine;
    this.#linear = new Linear(engine, this.weights, this.bias);
    this.#workspace = new Workspace(engine.arena);
  }

  get parameters(): Parameter[] {
    return [this.weights, this.bias];
  }

  /** Weights from U(-1/√H, 1/√H); the bias is zero. */
  initialise(random: Random): void {
    fillUniform(this.weights, 1 / Math.sqrt(this.weights.value.rows), random);
  }

  /** b_y = log p(choice); 0 counts as half an occurrence. @param counts how often each choice came */
  startAtFrequencies(counts: ArrayLike<number>): void {
    const seen = Float64Array.from(counts, (count) => Math.max(count, 0.5));
    const total = seen.reduce((sum, count) => sum + count, 0);
    this.bias.edit((values) => values.set(seen.map((count) => Math.log(count / total))));
  }

  /** y [M, V] for h [M, H], valid until the next call. */
  logits(hidden: Matrix): Matrix {
    const logits = this.#workspace.matrix('logits', hidden.rows, this.bias.value.cols);
    this.#linear.forward(logits, hidden);
    return logits;
  }

  /** Turns y into log p. */
  logSoftmax(logits: Matrix): void {
    this.#engine.kernels.logSoftmax(logits.offset, logits.rows, logits.cols);
  }

  /** The loss alone. The logits are used up. */
  loss(logits: Matrix, wanted: Targets): Loss {
    return this.#crossEntropy(logits, wanted, 0, 0);
  }

  /**
   * The loss, and in the parameters' gradients those of the mean loss.
   *
   * @param logits of `hidden`; used up
   * @param smoothing share of the target that all choices get alike (Szegedy et al. 2016, section 7)
   * @returns with the gradient by `hidden` [M, H], valid until the next call
   */
  *backwardSteps(
    logits: Matrix,
    hidden: Matrix,
    wanted: Targets,
    smoothing = 0,
  ): Steps<{ loss: Loss; dHidden: Matrix }> {
    const loss = this.#crossEntropy(logits, wanted, smoothing, 1 / divisorOf(wanted));
    const dLogits = logits; // the kernel has replaced one by the other
    yield 0.2;
    this.#linear.backward(dLogits, hidden);
    yield 0.6;
    const dHidden = this.#workspace.matrix('hidden gradient', hidden.rows, hidden.cols);
    this.#linear.inputGradient(dHidden, dLogits);
    return { loss, dHidden };
  }

  #crossEntropy(logits: Matrix, { targets, weights }: Targets, smoothing: number, factor: number): Loss {
    const { rows, cols: V } = logits;
    checkIds('targets', targets, rows, -1, V);
    if (weights && weights.length !== rows) throw new RangeError(`${weights.length} weights for ${rows} rows`);
    const { kernels } = this.#engine;
    const ids = this.#workspace.integers('targets', targets);
    const factors = this.#workspace.matrix('weights', rows, 1);
    if (weights) factors.data.set(weights);
    else factors.data.fill(1);
    const sum = kernels.softmaxCrossEntropy(logits.offset, ids.offset, factors.offset, rows, V, smoothing, factor);
    return { sum, tokens: countTargets(targets) };
  }
}

/** What gradients divide the sum of the losses by. */
export function divisorOf({ divisor, targets }: Targets): number {
  return divisor ?? Math.max(countTargets(targets), 1);
}

function countTargets(targets: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < targets.length; i++) if (targets[i] !== -1) count++;
  return count;
}
