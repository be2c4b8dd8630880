/**
 * The thread that looks at pictures: captioners and the CNNs that they see by, on an engine of their own. Pictures that
 * come one by one are decoded at once, and go through the CNN and are described a few at a time. Knows no HTTP.
 */
import { InputError } from '../../base/errors.ts';
import type { Captioner } from '../../captioning/captioner.ts';
import { describingBy } from '../../captioning/decoding-flags.ts';
import type { Description } from '../../captioning/description/description.ts';
import { whereOf } from '../../captioning/explained/shown-maps.ts';
import { openCaptioner } from '../../captioning/open.ts';
import { seeingCnn } from '../../captioning/see.ts';
import { checkDecoding } from '../../captioning/write.ts';
import { type Engine, openEngine } from '../../compute/engine.ts';
import type { DriverChoice } from '../../compute/product/choose.ts';
import type { Labelled } from '../../sequences/labelled.ts';
import type { Cnn } from '../../vision/cnn.ts';
import type { CnnBackend } from '../../vision/cnn-backends.ts';
import { decodePicture } from '../../vision/decode.ts';
import { loadTagger } from '../../vision/load-cnn.ts';
import type { PictureLimits } from '../../vision/pixels.ts';
import type { Tagger } from '../../vision/tagger.ts';
import { Batches } from './batches.ts';
import {
  type BatchDescription,
  type DecodedPicture,
  type DescribingOptions,
  describeBatch,
  explainCaption,
} from './describe-batch.ts';
import { doWork } from './do-work.ts';
import type { LabellerInfo } from './labels.ts';
import { Lane } from './lane.ts';
import { PictureLabeller } from './picture-labels.ts';

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
  batches: Batches<DecodedPicture, BatchDescription>;
  /** For all that uses the CNN and its captioners: batches, and in turn with them pieces of what is explained. */
  lane: Lane;
  /** For pictures that are explained: one after another, so that a batch waits for no more than a piece of one. */
  explaining: Lane;
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
    const maps = await look.explaining.run(() => explainCaption(captioner, look, { ...described, pixels }, signal));
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
  const batches = new Batches<DecodedPicture, BatchDescription>(BATCH, (seen) =>
    lane.run(() => describeBatch(cnn, tagger, seen)),
  );
  return { cnn, tagger, batches, lane, explaining: new Lane() };
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
