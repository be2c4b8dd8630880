/**
 * What a command does from its start to its first words, one part after another, each timed: prints milliseconds by part
 * as JSON. Plain JavaScript on `dist`, as an installed package runs. The commands themselves let some parts overlap.
 *
 *     node bench/ours/start.mjs describe PICTURE [BLAS]
 *     node bench/ours/start.mjs sample MODEL
 */
import { createRequire } from 'node:module';

const parts = { 'Node itself': performance.now() };
const [command, path, blas = 'auto'] = process.argv.slice(2);

async function timed(part, work) {
  const start = performance.now();
  const result = await work();
  parts[part] = performance.now() - start;
  return result;
}

async function openEngine() {
  const { compileKernels } = await import('../../dist/compute/kernels.js');
  const { libraryCandidates } = await import('../../dist/compute/product/libraries.js');
  const { loadLibrary } = await import('../../dist/compute/product/native.js');
  const { openEngine } = await import('../../dist/compute/engine.js');
  await timed('kernels compiled', compileKernels);
  if (blas === 'auto') {
    await timed('koffi and oneDNN loaded', () => loadLibrary(libraryCandidates('onednn')).catch(() => {}));
  }
  return timed('engine opened and tested', () => openEngine(blas));
}

async function describe() {
  await timed('modules', () => import('../../dist/cli/caption-describe.js'));
  const { openCaptioner } = await import('../../dist/captioning/open.js');
  const { decodePicture } = await import('../../dist/vision/decode.js');
  const { readPicture } = await import('../../dist/vision/read-picture.js');
  const engine = await openEngine();
  const { captioner, cnn } = await timed('captioner read', () => openCaptioner(engine, { cnnBackend: 'engine' }));
  const bytes = await readPicture(path);
  await timed('sharp loaded', () => createRequire(import.meta.url)('sharp'));
  const pixels = await timed('picture decoded', () => decodePicture(bytes, cnn.preprocessing, path));
  await timed('CNN read', () => cnn.load());
  const features = await timed('CNN', () => cnn.features([pixels]));
  const { decodingDefaults } = await import('../../dist/captioning/caption.js');
  await timed('beam search', () => captioner.describe(features, { ...decodingDefaults, consensus: 0 }));
  // A second beam search goes with it; it is faster than the first.
  await timed('consensus', () => captioner.describe(features, decodingDefaults));
}

async function sample() {
  await timed('modules', () => import('../../dist/cli/lm-sample.js'));
  const { TextModel } = await import('../../dist/language/text-model.js');
  const { Random } = await import('../../dist/base/random.js');
  const engine = await openEngine();
  const model = await timed('model read', () => TextModel.load(path, engine));
  await timed('32 characters', () => Array.from(model.write({ length: 32, random: new Random(1) })));
}

await (command === 'describe' ? describe() : sample());
console.log(JSON.stringify(parts));
process.exit();
