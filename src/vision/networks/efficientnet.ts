/**
 * The CNN that ships with the package, EfficientNet-Lite2, or another one of its family, from a folder. Knows the folder's
 * files, and not what runs the network.
 */
import * as v from 'valibot';
import { InputError } from '../../base/errors.ts';
import { fileIn, inPackage } from '../../base/files.ts';
import { readJson } from '../../base/json.ts';
import { encodeSafetensors, readSafetensors, type Safetensors } from '../../base/safetensors.ts';
import { anyInteger, integerFrom, number } from '../../base/schema.ts';
import { sha256 } from '../../base/sha256.ts';
import type { Engine } from '../../compute/engine.ts';
import type { Parameter } from '../../nn/parameter.ts';
import { Classifier } from '../classifier.ts';
import { CNN_CONFIG, CNN_WEIGHTS, type CnnFiles } from '../cnn-files.ts';
import type { CnnDescription } from '../network.ts';
import { EfficientNet } from './efficientnet-engine.ts';
import { allConvolutions, type EfficientNetPlan, planEfficientNet, tensorsOf } from './efficientnet-lite.ts';
import { buildOnnxModel } from './efficientnet-onnx.ts';
import { buildOnTfjs } from './efficientnet-tfjs.ts';

const configSchema = v.object({
  name: v.string(),
  version: anyInteger,
  featureSize: anyInteger,
  preprocessing: v.object({ size: integerFrom(1), fit: v.picklist(['squash', 'crop']) }),
  normalisation: v.object({ mean: number, scale: number }),
  /** The key says the hash: equal keys promise equal features. */
  weights: v.object({ file: v.string(), sha256: v.string() }),
  /** The files of its classifier. */
  classifier: v.optional(v.object({ weights: v.string(), classes: v.string() })),
});

type Config = v.InferOutput<typeof configSchema>;

/** Of the CNN that ships with the package. */
const SHIPPED = 'data/efficientnet-lite2';

/**
 * In the metadata of weights: the hash of those that ship with the package, which have the tensors that are not here. A CNN
 * of which the last stages have learned takes a fraction of its size so.
 */
const REST = 'rest';

/**
 * Describes the CNN in a folder. Its weights are read when a backend opens it.
 *
 * @throws InputError when the folder's config.json is missing or does not hold what it should
 */
export async function efficientnet(folder = inPackage(SHIPPED)): Promise<CnnDescription> {
  const config = await readConfig(folder);
  const { name, featureSize, preprocessing, normalisation, weights, classifier } = config;
  const plan = planEfficientNet(name);
  if (featureSize !== plan.featureSize) {
    throw new InputError(`the CNN's config ${fileIn(folder, CNN_CONFIG)} does not fit ${name}`, {
      found: `${featureSize} features`,
      expected: `${plan.featureSize}`,
    });
  }
  const stored = async () => {
    const path = fileIn(folder, weights.file);
    const { tensors, release } = await readTensors(path, name, isShipped ? undefined : weights.sha256);
    return { plan, tensors, path, release };
  };
  const onEngine = async (engine: Engine) => {
    const read = await stored();
    const network = new EfficientNet(engine, read, input);
    read.release();
    return network;
  };
  const isShipped = folder === inPackage(SHIPPED); // the package's own weights are not hashed at each start
  const input = { ...normalisation, size: preprocessing.size };
  return {
    choice: name,
    name,
    key: keyOf(config),
    preprocessing,
    featureSize,
    normalisation,
    async openOnEngine(engine) {
      const network = await onEngine(engine);
      network.packInPlace();
      return network;
    },
    async openToLearn(engine) {
      const network = await onEngine(engine);
      const { parameters } = network;
      return {
        parameters,
        part: (stages) => network.part(stages),
        files: () => filesOf(config, plan, parameters),
      };
    },
    ...(classifier && {
      openClassifier: () => Classifier.read(folder, classifier.weights, classifier.classes, featureSize),
    }),
    openOnTfjs: async (tf) => buildOnTfjs(tf, await stored()),
    onnxModel: async (options) => buildOnnxModel(await stored(), input, options),
  };
}

function readConfig(folder: string): Promise<Config> {
  return readJson(fileIn(folder, CNN_CONFIG), configSchema, "CNN's config");
}

/**
 * All tensors of a network, also those that its file leaves to the weights that ship.
 *
 * @param hash of the file, where that is to be checked
 */
async function readTensors(
  path: string,
  name: string,
  hash?: string,
): Promise<Pick<Safetensors, 'tensors' | 'release'>> {
  const own = await readSafetensors(path, hash);
  const { tensors, metadata } = own;
  const rest = metadata[REST];
  if (rest === undefined) return own;
  const shipped = await readConfig(inPackage(SHIPPED));
  if (shipped.name !== name || shipped.weights.sha256 !== rest) {
    throw new InputError(`${path} has only what has learned of a CNN`, {
      found: `the weights of ${shipped.name} with the hash ${shipped.weights.sha256} for the rest of it`,
      expected: `those of ${name} with the hash ${rest}`,
      advice: 'Use the version of this package that it learned with.',
    });
  }
  const others = await readSafetensors(shippedWeights(shipped));
  const release = () => {
    own.release();
    others.release();
  };
  return { tensors: new Map([...others.tensors, ...tensors]), release };
}

function shippedWeights({ weights }: Config): string {
  return fileIn(inPackage(SHIPPED), weights.file);
}

function keyOf({ name, version, weights }: Config): string {
  return `${name}-v${version}-${weights.sha256.slice(0, 12)}`;
}

/** The network of a config with other weights, whose features the classifier was not trained on. */
async function filesOf(config: Config, plan: EfficientNetPlan, parameters: readonly Parameter[]): Promise<CnnFiles> {
  const values = new Map(parameters.map(({ name, value }) => [name, value.data]));
  const tensors = allConvolutions(plan)
    .flatMap(tensorsOf)
    // Filters in half precision and biases not, as in the CNN that ships: what did not learn stays as it was, to the bit.
    .map(([name, shape]) => ({ name, shape, data: values.get(name)!, half: shape.length > 1 }));
  const shipped = await readConfig(inPackage(SHIPPED));
  const rest = shipped.name === config.name ? (await readSafetensors(shippedWeights(shipped))).tensors : undefined;
  const learned = tensors.filter(({ name, data }) => {
    const original = rest?.get(name)?.data;
    return !original || data.some((value, i) => value !== original[i]);
  });
  const metadata = learned.length < tensors.length ? { [REST]: shipped.weights.sha256 } : {};
  const weights = joined(encodeSafetensors(learned, { metadata }));
  const hash = (await sha256(weights))!; // a page that came over plain HTTP can't open a network to learn
  const files = { ...config, classifier: undefined, weights: { file: CNN_WEIGHTS, sha256: hash } };
  return { key: keyOf(files), config: `${JSON.stringify(files, null, 2)}\n`, weights };
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}
