/** The datasets that a captioner learns from together, and what keeps them from being that. Knows no features. */
import { resolve } from 'node:path';
import { InputError } from '../base/errors.ts';
import { runInTurns } from '../base/steps.ts';
import type { CaptionsFile } from '../datasets/captions-only.ts';
import type { CaptionDataset, Split } from '../datasets/dataset.ts';
import { withoutHeldOut } from '../datasets/held-out.ts';
import { captionsByLanguage, languagesInWords } from '../datasets/languages.ts';
import type { Oddity } from '../datasets/oddities.ts';
import { hashOfCaptionsSteps, picturesOf, splitsInWords } from './features.ts';

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

/**
 * The datasets, less the photos that one of them measures on and another teaches.
 *
 * @param onLeftOut called when such photos are left out
 * @throws InputError when a weight is not above 0, a dataset is given twice, none has a train or none a val split, or some
 *   captions say their language and others do not
 */
export async function checkedDatasets(
  data: CaptionData,
  onLeftOut?: (oddity: Oddity) => void,
  signal?: AbortSignal,
): Promise<readonly WeightedDataset[]> {
  const given = datasetsOf(data);
  refuseUnsaid(given.map(({ dataset }) => dataset));
  for (const { dataset, weight = 1 } of given) {
    if (Number.isFinite(weight) && weight > 0) continue;
    throw new InputError(`the weight of ${dataset.name} is out of range`, {
      found: String(weight),
      expected: 'a number above 0',
    });
  }
  const checked = given.length === 1 ? given : await withoutShared(given, onLeftOut, signal);
  for (const split of ['train', 'val'] as const) refuseWithout(split, checked);
  return checked;
}

async function withoutShared(
  given: readonly WeightedDataset[],
  onLeftOut: ((oddity: Oddity) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly WeightedDataset[]> {
  await refuseTwice(given, signal);
  const { datasets, leftOut } = await withoutHeldOut(given.map(({ dataset }) => dataset));
  if (leftOut) onLeftOut?.(leftOut);
  return given.map((one, i) => ({ ...one, dataset: datasets[i]! }));
}

/** @throws InputError when two datasets have the same captions of the same files */
async function refuseTwice(datasets: readonly WeightedDataset[], signal: AbortSignal | undefined): Promise<void> {
  const hashes: string[] = [];
  for (const { dataset } of datasets) {
    const splits = [...dataset.splits].map(([split, pictures]) => ({
      names: [split, ...pictures.map(({ file }) => resolve(file))],
      captions: pictures.map(({ captions }) => captions),
    }));
    hashes.push(await runInTurns(hashOfCaptionsSteps(splits), { signal }));
  }
  const again = hashes.findIndex((hash, i) => hashes.indexOf(hash) < i);
  if (again === -1) return;
  const [first, second] = [hashes.indexOf(hashes[again]!), again].map((i) => datasets[i]!.dataset.name);
  throw new InputError(first === second ? `${first} is given twice` : `${first} and ${second} are the same dataset`, {
    advice: 'Give it once; a weight of 2 shows each of its captions twice in an epoch.',
  });
}

/** @throws InputError when some captions say their language, and others do not */
function refuseUnsaid(datasets: readonly CaptionDataset[]): void {
  const languages = datasets.map((dataset) => captionsByLanguage(dataset));
  const [said, unsaid] = [languages.findIndex(({ size }) => size > 0), languages.findIndex(({ size }) => size === 0)];
  if (said === -1 || unsaid === -1) return;
  throw new InputError(`the captions of ${datasets[unsaid]!.name} do not say their language`, {
    found: `${datasets[said]!.name} with captions in ${languagesInWords(languages[said]!)}`,
    expected: 'one for each dataset, or none',
  });
}

/** @throws InputError when none of the datasets has the split */
function refuseWithout(split: Split, datasets: readonly WeightedDataset[]): void {
  if (datasets.some(({ dataset }) => dataset.splits.has(split))) return;
  if (datasets.length === 1) picturesOf(datasets[0]!.dataset, split);
  const found = datasets.map(({ dataset }) => `${dataset.name} with ${splitsInWords(dataset) || 'nothing left'}`);
  throw new InputError(`none of the ${datasets.length} datasets has a ${split} split`, { found: found.join('; ') });
}
