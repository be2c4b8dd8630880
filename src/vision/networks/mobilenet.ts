/**
 * MobileNet (Howard et al. 2017; Sandler et al. 2018) by @tensorflow-models/mobilenet: version 1 or 2, downloaded by
 * that package, or one in a local folder as tfjs' converter writes it. Its pooled features feed the captioner.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { io, Tensor2D } from '@tensorflow/tfjs-core';
import type { ModelConfig } from '@tensorflow-models/mobilenet';
import * as v from 'valibot';
import { InputError, reasonOf } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import { integerFrom } from '../../base/schema.ts';
import type { CnnDescription, Tf, TfjsNetwork } from '../network.ts';

/** The networks that the package downloads, at their full width. */
const hosted = {
  'mobilenet-v1': { version: 1, featureSize: 1024 },
  'mobilenet-v2': { version: 2, featureSize: 1280 },
} as const;

/** A MobileNet that the package downloads when a backend opens it. */
export function hostedMobilenet(name: keyof typeof hosted): CnnDescription {
  const { version, featureSize } = hosted[name];
  const openOnTfjs = () =>
    openNetwork({ version, alpha: 1 }).catch((error) => {
      throw new InputError(`cannot download ${name}`, {
        found: reasonOf(error.cause ?? error),
        advice: 'Use efficientnet-lite2, which needs no download, or give the folder of a MobileNet',
        cause: error,
      });
    });
  return { ...common, choice: name, name, key: `${name}-1.00-224`, featureSize, downloaded: true, openOnTfjs };
}

/**
 * A MobileNet in a folder: `model.json` and the files of weights it names, for pictures of 224 × 224 with values from
 * -1 to 1.
 *
 * @param names of the CNNs that need no folder, for the error where there is none
 * @throws InputError that names what is missing or does not fit
 */
export async function localMobilenet(folder: string, names: readonly string[]): Promise<CnnDescription> {
  const path = join(folder, 'model.json');
  const json = await readPart(path, `Name such a folder, or one of ${names.join(', ')}`);
  const { modelTopology, weightsManifest } = parseJson(json.toString('utf8'), modelSchema, `the CNN's model ${path}`);
  const files = weightsManifest.flatMap(({ paths }) => paths);
  const shards = await Promise.all(files.map((name) => readPart(join(folder, name))));
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const weightData = Buffer.concat(shards);
  const expected = weightSpecs.reduce((bytes, spec) => bytes + storedSize(spec), 0);
  if (weightData.length !== expected) {
    const found = `${weightData.length} bytes`;
    throw new InputError(`the weights beside ${path} do not fit it`, { found, expected: `${expected}` });
  }

  // The classifier [1, 1, D, classes] says what kind of MobileNet this is, and how long its features are.
  const classifier = weightSpecs.find(({ name, shape }) => CLASSIFIER.test(name) && shape.length === 4);
  const version = classifier && Number(CLASSIFIER.exec(classifier.name)?.[1]);
  if (!(version === 1 || version === 2)) {
    throw new InputError(`${path} is not a MobileNet that can be used`, {
      found: `no weights named ${CLASSIFIER.source}`,
      expected: 'a MobileNet v1 or v2 with its classifier, as TensorFlow Hub has them',
    });
  }
  const hash = createHash('sha256').update(json).update(weightData).digest('hex');
  const openOnTfjs = async (tf: Tf) => {
    const { buffer, byteOffset } = weightData;
    const artifacts: io.ModelArtifacts = {
      modelTopology,
      weightSpecs: weightSpecs as io.WeightsManifestEntry[],
      weightData: buffer.slice(byteOffset, byteOffset + weightData.length) as ArrayBuffer,
    };
    const modelUrl = tf.io.fromMemory(artifacts) as io.IOHandler;
    return openNetwork({ version, modelUrl, inputRange: [-1, 1] });
  };
  return {
    ...common,
    choice: folder,
    name: basename(folder),
    key: `mobilenet-v${version}-${hash.slice(0, 12)}`,
    featureSize: classifier!.shape[2]!,
    openOnTfjs,
  };
}

/** The package scales bytes to the network's range by itself: here the normalisation leaves them as they are. */
const common = {
  preprocessing: { size: 224, fit: 'squash' },
  normalisation: { mean: 0, scale: 1 },
} as const satisfies Partial<CnnDescription>;

const CLASSIFIER = /MobilenetV([12])\/Logits\//;

const itemSize = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1 } as const;
const dtype = v.picklist(Object.keys(itemSize) as (keyof typeof itemSize)[]);
const weightSchema = v.looseObject({
  name: v.string(),
  shape: v.array(integerFrom(0)),
  dtype,
  quantization: v.optional(v.looseObject({ dtype })),
});
const modelSchema = v.object({
  modelTopology: v.looseObject({}),
  weightsManifest: v.array(v.object({ paths: v.array(v.string()), weights: v.array(weightSchema) })),
});

function storedSize({ shape, dtype, quantization }: v.InferOutput<typeof weightSchema>): number {
  return shape.reduce((product, extent) => product * extent, itemSize[quantization?.dtype ?? dtype]);
}

async function readPart(path: string, advice?: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new InputError(`cannot read the CNN's file ${path}`, {
      found: reasonOf(error),
      advice,
      cause: error,
    });
  }
}

async function openNetwork(config: ModelConfig): Promise<TfjsNetwork> {
  const { load } = await import('@tensorflow-models/mobilenet');
  const mobilenet = await load(config);
  return {
    features: (pictures) => mobilenet.infer(pictures, true) as Tensor2D,
    dispose() {
      // The package offers no way to free its network.
      (mobilenet as unknown as { model: GraphModel }).model.dispose();
    },
  };
}
