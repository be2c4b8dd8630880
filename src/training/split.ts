/** The split of the data into a part that is learned from and a part that chooses the best weights. */
import { createHash } from 'node:crypto';
import { Random } from '../base/random.ts';
import type { Steps } from '../base/steps.ts';
import type { DataConfig } from './settings.ts';

export interface DataSplit<Item> {
  training: readonly Item[];
  /** Chooses the best weights. */
  validation: readonly Item[];
  /** What the validation examples are, in words: a file's name, or which part of the data. */
  name: string;
}

/** Examples and the name that people know them by. */
interface NamedExamples<Item> {
  name: string;
  examples: readonly Item[];
}

/**
 * Splits data: all of it is learned from where there is other data for validation, else all but a random part.
 *
 * @param valFraction share of the data for validation, from 0 to 1; not used where there is other data for it
 */
export function splitData<Item>(
  { data, validation }: { data: NamedExamples<Item>; validation?: NamedExamples<Item> | undefined },
  { valFraction, seed }: { valFraction: number; seed: number },
): DataSplit<Item> {
  if (validation) return { training: data.examples, validation: validation.examples, name: validation.name };
  const shuffled = new Random(seed).shuffle([...data.examples]);
  const heldOut = Math.round(valFraction * shuffled.length);
  const percent = Number((100 * valFraction).toPrecision(3));
  return {
    training: shuffled.slice(heldOut),
    validation: shuffled.slice(0, heldOut),
    name: `${percent} % of ${data.name}`,
  };
}

/**
 * A split as a model's config records it.
 *
 * @param name the data's name
 * @param contentOf all of an example, for the hash
 */
export function* describeSplitSteps<Item>(
  name: string,
  { training, validation, name: split }: DataSplit<Item>,
  contentOf: (item: Item) => readonly (string | NodeJS.ArrayBufferView)[],
): Steps<DataConfig> {
  const hash = createHash('sha256');
  const items = [...training, ...validation];
  for (const [i, item] of items.entries()) {
    yield i / items.length;
    for (const part of contentOf(item)) hash.update(part);
  }
  return {
    name,
    training: training.length,
    validation: validation.length,
    split,
    hash: hash.digest('hex').slice(0, 16),
  };
}
