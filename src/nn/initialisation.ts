import type { Random } from '../base/random.ts';
import type { Parameter } from './parameter.ts';

/** Values from U(-limit, limit). */
export function fillUniform(parameter: Parameter, limit: number, random: Random): void {
  const { data } = parameter.value;
  for (let i = 0; i < data.length; i++) data[i] = (2 * random.uniform() - 1) * limit;
  parameter.version++;
}
