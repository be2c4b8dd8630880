/**
 * What a captioner learns from and is measured on, of one dataset or of several: all training pictures together, and the
 * held-out ones of each dataset by themselves. Knows no captioner.
 */
import { resolve } from 'node:path';
import { InputError } from '../base/errors.ts';
import { runInTurns } from '../base/steps.ts';
import type { CaptionsFile } from '../datasets/captions-only.ts';
import type { CaptionDataset, Split } from '../datasets/dataset.ts';
import { withoutHeldOut } from '../datasets/held-out.ts';
import type { Oddity } from '../datasets/oddities.ts';
import type { ExtractionEvents } from '../vision/cached-features.ts';
import type { Cnn } from '../vision/cnn.ts';
import type { CaptionedFeatures } from './batch.ts';
import { fittingCaptionsSteps } from './captions-only.ts';
import type { PartOfData } from './config.ts';
import { featuresOf, hashOfCaptions, picturesOf, splitsInWords } from './features.ts';

/** A dataset that is learned from together with others. One without a train split is only measured on. */
export interface WeightedDataset {
  dataset: CaptionDataset;
  /**
   * How often each of its training captions comes in an epoch: 3 for three times, 0.5 for every other one, drawn anew in
   * each epoch. Default: 1
   */
  weight?: number;
}

/** One dataset, or several that are learned from together. */
export type CaptionData = ({ dataset: CaptionDataset } | { datasets: readonly WeightedDataset[] }) & {
  /** Files of captions without pictures, which are learned from too, each once in an epoch. */
  captionsOnly?: readonly CaptionsFile[] | undefined;
};

/** The pictures that choose the best weights, of one dataset. */
export interface HeldOutSet extends CaptionedFeatures {
  /** The name of their dataset. */
  dataset: string;
}

/** The pictures that a captioner learns from, and those that choose its best weights, with standardised features. */
export interface CaptionSets {
  /** Those of all datasets together. */
  training: CaptionedFeatures;
  /** A set for each dataset that has a val split. */
  validation: readonly HeldOutSet[];
  /** Captions of pictures that are not there, those of one picture together, which are learned from too. */
  captionsOnly: readonly (readonly string[])[];
}

export interface SetsReading {
  cnn: Cnn;
  /** Whether the features of the training pictures' mirror images are wanted too. */
  mirrored: boolean;
  /** Called as pictures become features. */
  onExtraction?: ExtractionEvents | undefined;
  /** Called when pictures are left out, because another one of the datasets measures on them, or captions that are none. */
  onLeftOut?: ((oddity: Oddity) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** The names and weights that a resumed training began with. */
  known?: readonly PartOfData[] | undefined;
}

/** Sets, not standardised yet, and what they are made of. */
export interface ReadSets extends CaptionSets {
  /** The datasets in their order. */
  parts: PartOfData[];
  /** Of all names and captions. */
  hash: string;
}

/**
 * Reads the features of datasets. Where there are several, the names of their pictures begin with the dataset's, and a
 * photo that one of them measures on is left out of what the others teach.
 *
 * @throws InputError when a weight is not above 0, a dataset is given twice, none has a train or none a val split, or no
 *   picture of a split can be read
 */
export async function readSets(
  data: CaptionData,
  { cnn, mirrored, onExtraction, onLeftOut, signal, known }: SetsReading,
): Promise<ReadSets> {
  const datasets = await checkedDatasets(data, onLeftOut);
  for (const split of ['train', 'val'] as const) refuseWithout(split, datasets);
  const several = datasets.length > 1;
  const names = namesOf(datasets);
  const read = async (dataset: CaptionDataset, name: string, split: Split, mirrored: boolean) => {
    if (!dataset.splits.has(split)) return undefined;
    const set = await featuresOf(picturesOf(dataset, split), cnn, mirrored, { ...onExtraction, signal });
    return several ? { ...set, names: set.names.map((id) => `${name}/${id}`) } : set;
  };

  const parts: PartOfData[] = [];
  const training: WeightedSet[] = [];
  const validation: HeldOutSet[] = [];
  const hashed: Pick<CaptionedFeatures, 'names' | 'captions'>[] = [];
  for (const [i, { dataset, weight = 1 }] of datasets.entries()) {
    const part = known?.[i] ?? { name: names[i]!, weight };
    const learned = await read(dataset, part.name, 'train', mirrored);
    const heldOut = await read(dataset, part.name, 'val', false);
    if (learned) training.push({ set: learned, weight: part.weight });
    if (heldOut) validation.push({ ...heldOut, dataset: part.name });
    const { names: pictures, captions } = learned ?? NO_PICTURES;
    parts.push({ ...part, pictures: pictures.length, captions: captions.flat().length });
    hashed.push(learned ?? NO_PICTURES, heldOut ?? NO_PICTURES);
  }
  const pictures = together(training);
  const fitting = fittingCaptionsSteps(data.captionsOnly ?? [], pictures.captions, onLeftOut);
  const captionsOnly = await runInTurns(fitting, { signal });
  if (captionsOnly.length > 0) hashed.push({ names: [], captions: captionsOnly });
  return { training: pictures, validation, captionsOnly, parts, hash: hashOfCaptions(hashed) };
}

interface WeightedSet {
  set: CaptionedFeatures;
  weight: number;
}

const NO_PICTURES: Pick<CaptionedFeatures, 'names' | 'captions'> = { names: [], captions: [] };

/** The data as a list of datasets. */
export function datasetsOf(data: CaptionData): readonly WeightedDataset[] {
  return 'datasets' in data ? data.datasets : [data];
}

/** Names of datasets, a number added to one that comes again: "photos", "photos (2)". */
export function namesOf(datasets: readonly WeightedDataset[]): string[] {
  const names = datasets.map(({ dataset }) => dataset.name);
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length;
    return before > 0 ? `${name} (${before + 1})` : name;
  });
}

/** Names in words: "a, b and c". */
export function namesInWords(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(names);
}

/** The datasets, less the photos that one of them measures on and another teaches. @throws InputError as `readSets` does */
async function checkedDatasets(
  data: CaptionData,
  onLeftOut: SetsReading['onLeftOut'],
): Promise<readonly WeightedDataset[]> {
  const given = datasetsOf(data);
  for (const { dataset, weight = 1 } of given) {
    if (Number.isFinite(weight) && weight > 0) continue;
    throw new InputError(`the weight of ${dataset.name} is out of range`, {
      found: String(weight),
      expected: 'a number above 0',
    });
  }
  if (given.length === 1) return given;
  refuseTwice(given);
  const { datasets, leftOut } = await withoutHeldOut(given.map(({ dataset }) => dataset));
  if (leftOut) onLeftOut?.(leftOut);
  return given.map((one, i) => ({ ...one, dataset: datasets[i]! }));
}

/** @throws InputError when two datasets have the same captions of the same files */
function refuseTwice(datasets: readonly WeightedDataset[]): void {
  const hashes = datasets.map(({ dataset }) =>
    hashOfCaptions(
      [...dataset.splits].map(([split, pictures]) => ({
        names: [split, ...pictures.map(({ file }) => resolve(file))],
        captions: pictures.map(({ captions }) => captions),
      })),
    ),
  );
  const again = hashes.findIndex((hash, i) => hashes.indexOf(hash) < i);
  if (again === -1) return;
  const [first, second] = [hashes.indexOf(hashes[again]!), again].map((i) => datasets[i]!.dataset.name);
  throw new InputError(first === second ? `${first} is given twice` : `${first} and ${second} are the same dataset`, {
    advice: 'Give it once; a weight of 2 shows each of its captions twice in an epoch.',
  });
}

/** @throws InputError when none of the datasets has the split */
function refuseWithout(split: Split, datasets: readonly WeightedDataset[]): void {
  if (datasets.some(({ dataset }) => dataset.splits.has(split))) return;
  if (datasets.length === 1) picturesOf(datasets[0]!.dataset, split);
  const found = datasets.map(({ dataset }) => `${dataset.name} with ${splitsInWords(dataset) || 'nothing left'}`);
  throw new InputError(`none of the ${datasets.length} datasets has a ${split} split`, { found: found.join('; ') });
}

/** Sets as one, in their order. */
function together(weighted: readonly WeightedSet[]): CaptionedFeatures {
  const sets = weighted.map(({ set }) => set);
  const plain = weighted.every(({ weight }) => weight === 1);
  const repeats = plain ? undefined : weighted.flatMap(({ set, weight }) => set.names.map(() => weight));
  if (sets.length === 1) return { ...sets[0]!, ...(repeats && { repeats }) };
  const mirrored = sets.flatMap((set) => set.mirrored ?? []);
  return {
    features: concatenated(sets.map(({ features }) => features)),
    mirrored: mirrored.length > 0 ? concatenated(mirrored) : undefined,
    captions: sets.flatMap(({ captions }) => captions),
    names: sets.flatMap(({ names }) => names),
    files: sets.flatMap(({ files }) => files!),
    ...(repeats && { repeats }),
  };
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
