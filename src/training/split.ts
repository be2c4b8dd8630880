/** Which part of the data is learned from, and which part chooses the best weights. */
import { Random } from '../base/random.ts';

/** What is learned from, and what chooses the best weights. */
export interface DataSplit<Item> {
  training: readonly Item[];
  validation: readonly Item[];
  /** What the latter are. */
  name: string;
}

interface Items<Item> {
  name: string;
  examples: readonly Item[];
}

/** Which examples are learned from: all where there are others for validation, else all but a random part. */
export function splitData<Item>(
  { data, validation }: { data: Items<Item>; validation?: Items<Item> | undefined },
  { valFraction, seed }: { valFraction: number; seed: number },
): DataSplit<Item> {
  if (validation) return { training: data.examples, validation: validation.examples, name: validation.name };
  const shuffled = new Random(seed).shuffle([...data.examples]);
  const kept = Math.round(valFraction * shuffled.length);
  const percent = Number((100 * valFraction).toPrecision(3));
  return { training: shuffled.slice(kept), validation: shuffled.slice(0, kept), name: `${percent} % of ${data.name}` };
}
