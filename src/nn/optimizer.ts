/** Updates of parameters by their gradients. It knows no schedule of learning rates, no clipping and no loss. */
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import type { Parameter } from './parameter.ts';

/** Which optimiser, with its constants; the learning rate is given at each step, since schedules change it. */
export type OptimizerConfig =
  | { name: 'sgd' }
  | { name: 'adagrad'; epsilon: number }
  | { name: 'rmsprop'; decay: number; epsilon: number }
  | { name: 'adam'; beta1: number; beta2: number; epsilon: number };

export type OptimizerName = OptimizerConfig['name'];

/** The constants of the papers; of min-char-rnn for Adagrad and of char-rnn for RMSProp. */
export const optimizerDefaults: { readonly [Name in OptimizerName]: Extract<OptimizerConfig, { name: Name }> } = {
  sgd: { name: 'sgd' },
  adagrad: { name: 'adagrad', epsilon: 1e-8 },
  rmsprop: { name: 'rmsprop', decay: 0.95, epsilon: 1e-8 },
  adam: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
};

/** How updates of some parameters differ from those of the others: of weights that were trained before, say. */
export interface UpdateRule {
  /** Factor of the learning rate. Default: 1 */
  rate?: number;
  /**
   * Decoupled weight decay λ (Loshchilov and Hutter 2019, algorithm 2): values first become (1 - rate · λ) of what they
   * are. Default: 0
   */
  decay?: number;
}

/** Running statistics of each parameter's gradient that an optimiser keeps: `<parameter>.<role>`. */
const ROLES: Readonly<Record<OptimizerName, readonly string[]>> = {
  sgd: [],
  adagrad: ['squares'],
  rmsprop: ['squares'],
  adam: ['mean', 'squares'],
};

/** Updates parameters by their gradients. Its state can be saved: the moments by name, and the number of steps. */
export class Optimizer {
  readonly config: OptimizerConfig;
  /** Moments by name, shaped as their parameters. */
  readonly state: ReadonlyMap<string, Matrix>;
  /** Updates so far. */
  steps = 0;
  readonly #engine: Engine;
  readonly #parameters: readonly Parameter[];
  readonly #rules: ReadonlyMap<Parameter, UpdateRule>;

  /** @param rules of the parameters that are not updated as all are */
  constructor(
    engine: Engine,
    parameters: readonly Parameter[],
    config: OptimizerConfig,
    rules: ReadonlyMap<Parameter, UpdateRule> = new Map(),
  ) {
    this.config = config;
    this.#engine = engine;
    this.#parameters = parameters;
    this.#rules = rules;
    this.state = new Map(
      parameters.flatMap(({ name, value }) =>
        ROLES[config.name].map((role) => [`${name}.${role}`, engine.arena.matrix(value.rows, value.cols)] as const),
      ),
    );
  }

  /** One update of all parameters from their gradients. */
  step(rate: number): void {
    this.steps++;
    for (const parameter of this.#parameters) {
      const { rate: factor = 1, decay = 0 } = this.#rules.get(parameter) ?? {};
      parameter.edit(() => {
        if (decay > 0) this.#shrink(parameter, 1 - rate * factor * decay);
        this.#update(parameter, rate * factor);
      });
    }
  }

  #shrink({ value }: Parameter, factor: number): void {
    this.#engine.kernels.scale(value.offset, value.size, factor);
  }

  #update({ name, value, gradient }: Parameter, rate: number): void {
    const { kernels } = this.#engine;
    const { config } = this;
    const moment = (role: string) => this.state.get(`${name}.${role}`)!.offset;
    const [x, g, count] = [value.offset, gradient.offset, value.size];
    switch (config.name) {
      case 'sgd':
        kernels.sgd(x, g, count, rate);
        break;
      case 'adagrad':
        kernels.adagrad(x, g, moment('squares'), count, rate, config.epsilon);
        break;
      case 'rmsprop':
        kernels.rmsprop(x, g, moment('squares'), count, rate, config.decay, config.epsilon);
        break;
      case 'adam': {
        // m / (1 - β₁ᵗ) and v / (1 - β₂ᵗ), folded into the rate and ε: the arrays are read once.
        const { beta1, beta2, epsilon } = config;
        const root = Math.sqrt(1 - beta2 ** this.steps);
        const corrected = (rate * root) / (1 - beta1 ** this.steps);
        kernels.adam(x, g, moment('mean'), moment('squares'), count, corrected, beta1, beta2, epsilon * root);
      }
    }
  }
}
