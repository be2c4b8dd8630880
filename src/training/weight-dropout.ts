/**
 * Dropout on recurrent weights while a network trains: DropConnect (Wan et al. 2013) on the matrices that take a state to the
 * next one, with one mask for all steps of an update (Merity et al. 2018, section 2). It knows no layer.
 */
import type { Engine } from '../compute/engine.ts';
import { applyDropout, type Dropout } from '../nn/dropout.ts';
import type { Parameter } from '../nn/parameter.ts';

/** Sites of weights, so that their masks are none of the values' (`nn/dropout.ts`). */
const FIRST_SITE = 1000;

export class WeightDropout {
  readonly #engine: Engine;
  readonly #weights: readonly Parameter[];
  readonly #rate: number;
  /** All weights as they are, while some of them are dropped. */
  readonly #whole: readonly Float32Array[];

  /**
   * @param parameters of a model, of which the recurrent weights are dropped
   * @param rate share of them that an update drops; 0 for none
   */
  constructor(engine: Engine, parameters: readonly Parameter[], rate: number) {
    this.#engine = engine;
    this.#weights = rate > 0 ? parameters.filter(({ recurrent }) => recurrent) : [];
    this.#rate = rate;
    this.#whole = this.#weights.map(({ value }) => new Float32Array(value.size));
  }

  /** Drops weights, others for each seed, until `restore`. */
  drop(seed: number): void {
    for (const [i, weights] of this.#weights.entries()) {
      this.#whole[i]!.set(weights.value.data);
      weights.edit(() => applyDropout(this.#engine.kernels, this.#dropout(seed), FIRST_SITE + i, weights.value));
    }
  }

  /** Puts back what `drop` has dropped, whose gradient becomes zero. @param seed as it was there */
  restore(seed: number): void {
    for (const [i, weights] of this.#weights.entries()) {
      weights.edit((values) => values.set(this.#whole[i]!));
      applyDropout(this.#engine.kernels, this.#dropout(seed), FIRST_SITE + i, weights.gradient);
    }
  }

  #dropout(seed: number): Dropout {
    return { rate: this.#rate, seed };
  }
}
