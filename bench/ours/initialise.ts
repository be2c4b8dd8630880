import type { Random } from '../../src/base/random.ts';
import type { LanguageModel } from '../../src/model/language-model.ts';

/**
 * Random weights as PyTorch's modules start from, so that losses of both sides of a race are of the same kind: word
 * vectors N(0, 1), a picture's matrix U(±1/√D), all else U(±1/√H), the biases of a layer summed from two such ones.
 */
export function initialiseLikePyTorch(model: LanguageModel, random: Random): void {
  const { hidden: H, condition: D } = model.shape;
  for (const parameter of model.initialise(random).parameters) {
    const { name } = parameter;
    const draw = (limit: number) => (2 * random.uniform() - 1) * limit;
    const limit = 1 / Math.sqrt(name.endsWith('condition') ? D : H);
    const isSum = name.startsWith('layers') && name.endsWith('bias');
    parameter.edit((values) => {
      for (let i = 0; i < values.length; i++) {
        values[i] = name === 'embedding' ? random.normal() : draw(limit) + (isSum ? draw(limit) : 0);
      }
    });
  }
}
