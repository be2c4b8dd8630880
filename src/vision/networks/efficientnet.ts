/**
 * The CNN that ships with the package, EfficientNet-Lite2, or another one of its family, from a folder. Knows the folder's
 * files, and not what runs the network.
 */
import * as v from 'valibot';
import { fileIn, inPackage } from '../../base/files.ts';
import { readJson } from '../../base/json.ts';
import { readSafetensors } from '../../base/safetensors.ts';
import { anyInteger, number } from '../../base/schema.ts';
import type { CnnDescription } from '../network.ts';
import { EfficientNet } from './efficientnet-engine.ts';
import { planEfficientNet } from './efficientnet-lite.ts';
import { buildOnnxModel } from './efficientnet-onnx.ts';
import { buildOnTfjs } from './efficientnet-tfjs.ts';

const configSchema = v.object({
  name: v.string(),
  version: anyInteger,
  featureSize: anyInteger,
  preprocessing: v.object({ size: anyInteger, fit: v.picklist(['squash', 'crop']) }),
  normalisation: v.object({ mean: number, scale: number }),
  weights: v.object({ file: v.string(), sha256: v.string() }),
});

/**
 * Describes the CNN in a folder. Its weights are read when a backend opens it.
 *
 * @throws InputError when the folder's config.json is missing or does not hold what it should
 */
export async function efficientnet(folder = inPackage('data/efficientnet-lite2')): Promise<CnnDescription> {
  const config = await readJson(fileIn(folder, 'config.json'), configSchema, "CNN's config");
  const { name, version, weights, normalisation } = config;
  const plan = planEfficientNet(name);
  const path = fileIn(folder, weights.file);
  const stored = async () => ({ plan, tensors: (await readSafetensors(path)).tensors, path });
  const input = { ...normalisation, size: config.preprocessing.size };
  return {
    ...config,
    choice: name,
    key: `${name}-v${version}-${weights.sha256.slice(0, 12)}`,
    openOnEngine: async (engine) => new EfficientNet(engine, await stored(), input),
    openOnTfjs: async (tf) => buildOnTfjs(tf, await stored()),
    onnxModel: async () => buildOnnxModel(await stored(), input),
  };
}
