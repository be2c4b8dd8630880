/**
 * The thread that looks at pictures: captioners and the CNNs that they see by, on an engine of their own. Pictures that
 * come one by one are decoded at once, and go through the CNN and are described a few at a time. Knows no HTTP.
 */
import { InputError } from '../../base/errors.ts';
import { runInTurns } from '../../base/steps.ts';
import { type Caption, resolveDecoding } from '../../captioning/caption.ts';
import type { Captioner } from '../../captioning/captioner.ts';
import { type DescriptionFlags, describingBy } from '../../captioning/decoding-flags.ts';
import { type Description, descriptionOf } from '../../captioning/description.ts';
import { chooseLanguage } from '../../captioning/languages.ts';
import { openCaptioner } from '../../captioning/open.ts';
import { featuresAt, type PictureFeatures } from '../../captioning/picture-features.ts';
import { lookAtPictures, seeingCnn } from '../../captioning/see.ts';
import { whereOf } from '../../captioning/shown-maps.ts';
import { type WordMaps, wordMaps } from '../../captioning/word-maps.ts';
import { checkDecoding } from '../../captioning/write.ts';
import { type Engine, openEngine } from '../../compute/engine.ts';
import type { DriverChoice } from '../../compute/product/choose.ts';
import type { Labelled } from '../../sequences/labelled.ts';
import type { Cnn } from '../../vision/cnn.ts';
import type { CnnBackend } from '../../vision/cnn-backends.ts';
import { decodePicture } from '../../vision/decode.ts';
import { loadTagger } from '../../vision/load-cnn.ts';
import type { PictureLimits, Pixels } from '../../vision/pixels.ts';
import type { Tagger } from '../../vision/tagger.ts';
import { Batches } from './batches.ts';
import { doWork } from './do-work.ts';
import type { LabellerInfo } from './labels.ts';
import { Lane } from './lane.ts';
import { PictureLabeller } from './picture-labels.ts';

/** How a picture is to be described. */
export interface DescribingOptions extends DescriptionFlags {
  /** Captions that are less sure to fit are left out. */
  minConfidence: number;
  /** How many of the classes that the CNN's classifier sees are told too. */
  tags?: number | undefined;
  /** Whether it is told where in the picture the words of the best caption come from. */
  explain?: boolean | undefined;
}

/** What a captioner is. */
export interface CaptionerInfo {
  /** The tags of the languages that it writes; none where it was trained without. */
  languages: string[];
  /** Whether its captions come with a confidence. */
  calibrated: boolean;
  cnn: string;
  /** Whether it tells tags too: its CNN has a classifier. */
  tags: boolean;
}

export interface PictureWorks {
  open: {
    argument: {
      /** Folders by the ids of the models. */
      captioners: ReadonlyMap<string, string>;
      labellers: ReadonlyMap<string, string>;
      blas: DriverChoice;
      cnnBackend: CnnBackend;
      limits: PictureLimits;
    };
    piece: never;
    result: {
      captioners: ReadonlyMap<string, CaptionerInfo>;
      labellers: ReadonlyMap<string, LabellerInfo>;
      notice: string;
    };
  };
  describe: {
    argument: { model: string; name: string; bytes: Uint8Array; options: DescribingOptions };
    piece: never;
    result: Description;
  };
  label: { argument: { model: string; name: string; bytes: Uint8Array }; piece: never; result: Labelled };
}

/** Pictures that go through the CNN together, and milliseconds that the first of them waits for others. */
const BATCH = { most: 8, patience: 20 };

interface OpenCaptioner {
  captioner: Captioner;
  look: Look;
}

/** A CNN, with or without its maps, and the pictures that wait for it. */
interface Look {
  cnn: Cnn;
  tagger: Tagger | undefined;
  batches: Batches<Seen, Described>;
  /** For all that uses the CNN and its captioners: batches, and in turn with them pieces of what is explained. */
  lane: Lane;
  /** For pictures that are explained: one after another, so that a batch waits for no more than a piece of one. */
  explaining: Lane;
}

/** A picture as the CNN sees it, with all that is wanted of it. */
interface Seen {
  pixels: Pixels;
  name: string;
  captioner: Captioner;
  options: DescribingOptions;
}

/** What has been said of a picture, and by what. */
interface Described {
  description: Description;
  /** The best, which the description may leave out. */
  caption: Caption;
  language: string | undefined;
  /** Of the picture alone. */
  features: PictureFeatures;
}

const captioners = new Map<string, OpenCaptioner>();
const labellers = new Map<string, PictureLabeller>();
let limits: PictureLimits;

doWork<PictureWorks>({
  async open({ captioners: folders, labellers: labellerFolders, blas, cnnBackend, ...others }) {
    limits = others.limits;
    const engine = await openEngine(blas);
    const looks = new Map<string, Look>();
    for (const [id, folder] of folders) {
      const { captioner, cnn } = await openCaptioner(engine, { folder, cnnBackend });
      const { key } = seeingCnn(captioner, cnn);
      const look = looks.get(key) ?? (await lookBy(cnn, cnnBackend, engine));
      looks.set(key, look);
      captioners.set(id, { captioner, look });
    }
    for (const { cnn } of looks.values()) await cnn.load();
    for (const [id, folder] of labellerFolders) {
      labellers.set(id, await PictureLabeller.open(folder, { engine, cnnBackend, batch: BATCH }));
    }
    const infos = [...captioners].map(([id, { captioner, look }]) => [id, infoOf(captioner, look)] as const);
    const labellerInfos = [...labellers].map(([id, { info }]) => [id, info] as const);
    return { captioners: new Map(infos), labellers: new Map(labellerInfos), notice: engine.notice };
  },

  async describe({ model, name, bytes, options }, { signal }) {
    const { captioner, look } = captioners.get(model)!; // the server knows which there are
    check(captioner, look, options);
    refuseDrawing(bytes, name);
    const pixels = await decodePicture(bytes, look.cnn.preprocessing, name, limits);
    const described = await look.batches.add({ pixels, name, captioner, options }, signal);
    if (!options.explain) return described.description;
    const maps = await look.explaining.run(() => explain(captioner, look, { ...described, pixels }, signal));
    return { ...described.description, where: whereOf(described.caption, maps) };
  },

  async label({ model, name, bytes }, { signal }) {
    const labeller = labellers.get(model)!;
    refuseDrawing(bytes, name);
    return labeller.label(await decodePicture(bytes, labeller.preprocessing, name, limits), name, signal);
  },
});

async function lookBy(cnn: Cnn, cnnBackend: CnnBackend, engine: Engine): Promise<Look> {
  const tagger = await loadTagger(cnn, cnnBackend, engine);
  const lane = new Lane();
  const batches = new Batches<Seen, Described>(BATCH, (seen) => lane.run(() => describeBatch(cnn, tagger, seen)));
  return { cnn, tagger, batches, lane, explaining: new Lane() };
}

/** Finds where words come from, a piece at a time. @throws the signal's reason */
async function explain(
  captioner: Captioner,
  { cnn, lane }: Look,
  { pixels, features, caption, language }: Described & Pick<Seen, 'pixels'>,
  signal: AbortSignal,
): Promise<WordMaps> {
  signal.throwIfAborted();
  const turn = <Result>(piece: () => Promise<Result>) => lane.run(piece);
  return wordMaps(captioner, cnn, { source: { pixels }, features, caption, language }, { turn, signal });
}

function infoOf(captioner: Captioner, { cnn, tagger }: Look): CaptionerInfo {
  return {
    languages: captioner.languages,
    calibrated: captioner.isCalibrated(),
    cnn: cnn.name,
    tags: tagger !== undefined,
  };
}

/** @throws InputError when a picture can't be described so */
function check(captioner: Captioner, { tagger }: Look, options: DescribingOptions): void {
  checkDecoding(describingBy(options), captioner.vocabulary);
  if (options.tags !== undefined && !tagger) {
    throw new InputError('the CNN of this captioner has no classifier', { advice: 'Leave tags out.' });
  }
  if (options.minConfidence === 0 || captioner.isCalibrated(options.language)) return;
  throw new InputError('the captioner does not know how sure it is', {
    advice: 'Leave minConfidence out.',
    settings: ['minConfidence'],
  });
}

/**
 * Refuses SVG, packed or not: what it draws may take for ever, whatever its bytes and pixels.
 *
 * @throws InputError for a file that begins as one
 */
function refuseDrawing(bytes: Uint8Array, name: string): void {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const start = Buffer.from(bytes.subarray(0, 1000)).toString('latin1');
  if (!isPacked && !/^(\xef\xbb\xbf)?\s*</.test(start)) return;
  throw new InputError(`${name} is not a picture that the server takes`, {
    found: isPacked ? 'packed data' : 'SVG or other markup',
    expected: 'a JPEG, PNG, WebP, AVIF, GIF or TIFF picture',
  });
}

/** Describes pictures together: all go through the CNN at once, and those that are to be described alike are. */
async function describeBatch(
  cnn: Cnn,
  tagger: Tagger | undefined,
  seen: readonly Seen[],
): Promise<PromiseSettledResult<Described>[]> {
  const pictures = seen.map(({ pixels }) => pixels);
  const features = await lookAtPictures(seen[0]!.captioner, cnn, pictures); // all captioners of a look see alike
  const results: PromiseSettledResult<Described>[] = [];
  for (const group of alike(seen)) {
    const ofGroup = group.map((i) => seen[i]!);
    const [settled] = await Promise.allSettled([
      describeAlike(tagger, ofGroup, featuresAt(features, group, cnn.featureSize)),
    ]);
    for (const [row, i] of group.entries()) {
      results[i] = settled.status === 'rejected' ? settled : { status: 'fulfilled', value: settled.value[row]! };
    }
  }
  return results;
}

/** The numbers of pictures that are to be described alike; each draw of random captions is for one picture alone. */
function alike(seen: readonly Seen[]): number[][] {
  const groups = new Map<unknown, Map<string, number[]>>();
  for (const [i, { captioner, options }] of seen.entries()) {
    const ofCaptioner = groups.get(captioner) ?? new Map<string, number[]>();
    groups.set(captioner, ofCaptioner);
    const { minConfidence: _, tags: __, explain: ___, ...written } = options;
    const key = options.sample ? `drawn ${i}` : JSON.stringify(written);
    ofCaptioner.set(key, [...(ofCaptioner.get(key) ?? []), i]);
  }
  return [...groups.values()].flatMap((ofCaptioner) => [...ofCaptioner.values()]);
}

async function describeAlike(
  tagger: Tagger | undefined,
  seen: readonly Seen[],
  features: PictureFeatures,
): Promise<Described[]> {
  const { captioner, options } = seen[0]!;
  const language = chooseLanguage(captioner.vocabulary, options.language);
  const decoding = { ...resolveDecoding(describingBy(options), captioner.isCalibrated(language)), language };
  const described = await runInTurns(captioner.describeSteps(features, decoding));
  const { vectors } = features;
  const D = vectors.length / seen.length;
  const describing = described.map(async (captions, i) => {
    const { name, pixels, options: own } = seen[i]!;
    const tags =
      own.tags === undefined
        ? undefined
        : await tagger!.tags(vectors.subarray(i * D, (i + 1) * D), async () => pixels, own.tags);
    return {
      description: descriptionOf(name, captions, own, { language, tags }),
      caption: captions[0]!,
      language,
      features: featuresAt(features, [i], D),
    };
  });
  return Promise.all(describing);
}
