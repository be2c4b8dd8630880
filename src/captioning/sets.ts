/**
 * What a captioner learns from and is measured on, of one dataset or of several: all training pictures together, and the
 * held-out ones of each dataset by themselves. Knows no captioner.
 */
import { InputError } from '../base/errors.ts';
import { runInTurns } from '../base/steps.ts';
import type { CaptionDataset, Split } from '../datasets/dataset.ts';
import type { Oddity } from '../datasets/oddities.ts';
import type { ExtractionEvents } from '../vision/cached-features.ts';
import type { Cnn } from '../vision/cnn.ts';
import type { CaptionedFeatures } from './batch.ts';
import type { CaptionsByPicture } from './caption.ts';
import { type CaptionData, checkedDatasets, namesOf } from './caption-data.ts';
import { fittingCaptionsSteps } from './captions-only.ts';
import { type PartOfData, partName } from './config.ts';
import { featuresByLanguage, hashOfCaptionsSteps, picturesOf } from './features.ts';

/** The pictures that choose the best weights, of one dataset, with their captions in one language. */
export interface HeldOutSet extends CaptionedFeatures {
  /** The name of their dataset, with the language where there are languages: "photos (de)". */
  dataset: string;
  /** The language of all their captions, by its tag. */
  language?: string | undefined;
}

/** The pictures that a captioner learns from, and those that choose its best weights, with standardised features. */
export interface CaptionSets {
  /** Those of all datasets together. */
  training: CaptionedFeatures;
  /** A set for each dataset that has a val split, and for each of its languages. */
  validation: readonly HeldOutSet[];
  /** Captions of pictures that are not there, those of one picture in one language together, which are learned from too. */
  captionsOnly: CaptionsByPicture;
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
  /** The datasets in their order, each by languages. */
  parts: PartOfData[];
  /** The training pictures, each of a dataset once, whatever its languages. */
  pictures: number;
  /** Of all names and captions. */
  hash: string;
}

/**
 * Reads the features of datasets. Where there are several, the names of their pictures begin with the dataset's, and a
 * photo that one of them measures on is left out of what the others teach. Where captions say their language, each
 * language of a dataset is a set of its own.
 *
 * @throws InputError when a weight is not above 0, a dataset is given twice, none has a train or none a val split, no
 *   picture of a split can be read, some captions say their language and others do not, or one that is measured on has no
 *   training captions
 */
export async function readSets(
  data: CaptionData,
  { cnn, mirrored, onExtraction, onLeftOut, signal, known }: SetsReading,
): Promise<ReadSets> {
  const datasets = await checkedDatasets(data, onLeftOut, signal);
  const several = datasets.length > 1;
  const names = namesOf(datasets);
  const read = async (dataset: CaptionDataset, name: string, split: Split, mirrored: boolean) => {
    if (!dataset.splits.has(split)) return NO_SETS;
    const sets = await featuresByLanguage(picturesOf(dataset, split), cnn, mirrored, { ...onExtraction, signal });
    if (!several) return sets;
    const named = [...sets].map(([language, set]) => {
      return [language, { ...set, names: set.names.map((id) => `${name}/${id}`) }] as const;
    });
    return new Map(named);
  };

  const parts: PartOfData[] = [];
  const training: WeightedSet[] = [];
  const validation: HeldOutSet[] = [];
  const hashed: Pick<CaptionedFeatures, 'names' | 'captions' | 'languages'>[] = [];
  let pictures = 0;
  for (const [i, { dataset, weight = 1 }] of datasets.entries()) {
    const { name } = known?.[parts.length] ?? { name: names[i]! };
    const learned = await read(dataset, name, 'train', mirrored);
    const heldOut = await read(dataset, name, 'val', false);
    pictures += differentPictures([...learned.values()]);
    const languages = new Set([...learned.keys(), ...heldOut.keys()]);
    for (const language of languages.size > 0 ? languages : [undefined]) {
      const part = known?.[parts.length] ?? { name, ...(language !== undefined && { language }), weight };
      const [ofTrain, ofVal] = [learned.get(language), heldOut.get(language)];
      if (ofTrain) training.push({ set: ofTrain, weight: part.weight });
      if (ofVal) validation.push({ ...ofVal, dataset: partName(part), language });
      const { names: shown, captions } = ofTrain ?? NO_PICTURES;
      parts.push({ ...part, pictures: shown.length, captions: captions.flat().length });
      hashed.push(ofTrain ?? NO_PICTURES, ofVal ?? NO_PICTURES);
    }
  }
  const all = together(training);
  refuseUntaught(validation, all);
  const captionsOnly = await runInTurns(fittingCaptionsSteps(data.captionsOnly ?? [], all, onLeftOut), { signal });
  if (captionsOnly.captions.length > 0) hashed.push({ names: [], ...captionsOnly });
  const hash = await runInTurns(hashOfCaptionsSteps(hashed), { signal });
  return { training: all, validation, captionsOnly, parts, pictures, hash };
}

/** The held-out pictures of datasets, by their languages, with features that are not standardised yet. */
export async function readHeldOut(
  datasets: readonly CaptionDataset[],
  cnn: Cnn,
  events: ExtractionEvents = {},
): Promise<HeldOutSet[]> {
  const names = namesOf(datasets.map((dataset) => ({ dataset })));
  const sets: HeldOutSet[] = [];
  for (const [i, dataset] of datasets.entries()) {
    if (!dataset.splits.has('val')) continue;
    for (const [language, set] of await featuresByLanguage(picturesOf(dataset, 'val'), cnn, false, events)) {
      sets.push({ ...set, dataset: partName({ name: names[i]!, language }), language });
    }
  }
  return sets;
}

/** How many pictures a dataset's sets have, which are of its languages and may have the same ones. */
function differentPictures(sets: readonly CaptionedFeatures[]): number {
  if (sets.length === 1) return sets[0]!.names.length;
  return new Set(sets.flatMap(({ files }) => files!)).size;
}

/** Captions with pictures, then those without, as one. */
export function allCaptions(training: CaptionsByPicture, captionsOnly: CaptionsByPicture): CaptionsByPicture {
  return {
    captions: [...training.captions, ...captionsOnly.captions],
    ...(training.languages && { languages: [...training.languages, ...(captionsOnly.languages ?? [])] }),
  };
}

interface WeightedSet {
  set: CaptionedFeatures;
  weight: number;
}

const NO_PICTURES: Pick<CaptionedFeatures, 'names' | 'captions'> = { names: [], captions: [] };
const NO_SETS: ReadonlyMap<string | undefined, CaptionedFeatures> = new Map();

/** @throws InputError when a language that is measured on is not learned */
function refuseUntaught(validation: readonly HeldOutSet[], { languages }: CaptionedFeatures): void {
  const learned = new Set(languages);
  const untaught = validation.find(({ language }) => language !== undefined && !learned.has(language));
  if (!untaught) return;
  throw new InputError(`no training caption is in ${untaught.language}, which ${untaught.dataset} is to measure`, {
    found: languages && [...learned].join(', '),
  });
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
    ...(sets[0]!.languages && { languages: sets.flatMap(({ languages }) => languages!) }),
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
