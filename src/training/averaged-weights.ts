/**
 * The moving average of a model's weights over its updates (Polyak and Juditsky 1992), which generalises better than the weights
 * of any one update: it is what is validated and saved. It knows no model and no files.
 */
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import type { Parameter } from '../nn/parameter.ts';

export class AveragedWeights {
  /** The averages by the names of their parameters, and shaped as these; while they are lent, the weights themselves. */
  readonly state: ReadonlyMap<string, Matrix>;
  readonly #engine: Engine;
  readonly #parameters: readonly Parameter[];
  readonly #decay: number;

  /** @param decay share of the average that an update keeps, from 0 to below 1: 0.999 averages over about 1,000 updates */
  constructor(engine: Engine, parameters: readonly Parameter[], decay: number) {
    this.#engine = engine;
    this.#parameters = parameters;
    this.#decay = decay;
    this.state = new Map(
      parameters.map(({ name, value }) => {
        const average = engine.arena.matrix(value.rows, value.cols);
        average.data.set(value.data);
        return [name, average];
      }),
    );
  }

  /**
   * Takes the weights of an update into the averages: average += (1 - decay) (weights - average). In the beginning the decay is
   * lower, (1 + n) / (10 + n), so that the first weights are soon forgotten.
   *
   * @param updates so far, n
   */
  update(updates: number): void {
    const decay = Math.min(this.#decay, (1 + updates) / (10 + updates));
    for (const { name, value } of this.#parameters) {
      const average = this.state.get(name)!;
      this.#engine.kernels.approach(average.offset, value.offset, value.size, 1 - decay);
    }
  }

  /** Exchanges the model's weights with the averages; done twice, all is as it was. */
  exchange(): void {
    for (const parameter of this.#parameters) {
      const average = this.state.get(parameter.name)!;
      parameter.edit((values) => {
        const weights = values.slice();
        values.set(average.data);
        average.data.set(weights);
      });
    }
  }
}
