/**
 * The first weights of a language model. What the scaled ones are is the model's own affair; the others are those of
 * the programs that presets follow.
 */
import type { Random } from '../base/random.ts';
import type { LanguageModel } from '../model/language-model.ts';
import { fillUniform } from '../nn/initialisation.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { LanguageSettings } from './config.ts';

/**
 * Gives a model its first weights, equal for equal seeds.
 *
 * - `scaled`: each matrix by its size, see `LanguageModel.initialise`, which `startAtFrequencies` then follows;
 * - `uniform`: all weights and biases from U(-limit, limit), an LSTM's forget gates open by a bias of 1 (char-rnn);
 * - `normal`: weights from N(0, deviation²), biases zero (min-char-rnn).
 */
export function initialise(
  model: LanguageModel,
  initialisation: LanguageSettings['initialisation'],
  random: Random,
): LanguageModel {
  switch (initialisation.name) {
    case 'scaled':
      return model.initialise(random);
    case 'uniform':
      for (const parameter of model.parameters) fillUniform(parameter, initialisation.limit, random);
      break;
    case 'normal':
      for (const parameter of model.parameters) fillNormal(parameter, initialisation.deviation, random);
  }
  if (initialisation.name === 'uniform' && model.shape.cell === 'lstm') {
    const { hidden: H } = model.shape;
    for (const layer of model.stack.layers) layer.bias.edit((values) => values.fill(1, H, 2 * H));
  }
  return model;
}

function fillNormal(parameter: Parameter, deviation: number, random: Random): void {
  const isBias = parameter.value.rows === 1;
  parameter.edit((values) => {
    for (let i = 0; i < values.length; i++) values[i] = isBias ? 0 : deviation * random.normal();
  });
}
