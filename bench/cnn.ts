/**
 * Where a photo's milliseconds go in the CNN, by kind of work, and how fast products and depthwise convolutions are beside
 * what the machine can do.
 *
 *     npm run bench -- cnn [--drivers onednn,openblas,wasm] [--builds plain,relaxed] [--rounds 40] [--learned 1,3,all]
 *
 * EfficientNet-Lite2, one photo on one thread (call it with OMP_NUM_THREADS=1), the least of all rounds of each call: a
 * model of a quiet machine. The limit is a product of 384 × 384 × 384 by the same driver.
 *
 * Then, for so many last stages of it with the head, or all: a photo forwards and backwards, in batches of 8, and how much
 * memory these take; a tenth of the rounds.
 */
import { parseArgs } from 'node:util';
import { copyRows } from '../src/compute/arena.ts';
import { type Engine, openEngine } from '../src/compute/engine.ts';
import { fastestBuild, type KernelBuild, type Kernels } from '../src/compute/kernels.ts';
import type { DriverChoice } from '../src/compute/product/choose.ts';
import type { MatrixProduct } from '../src/compute/product/product.ts';
import { efficientnet } from '../src/vision/networks/efficientnet.ts';

const { values: options } = parseArgs({
  options: {
    drivers: { type: 'string', default: 'onednn,openblas,wasm' },
    builds: { type: 'string', default: fastestBuild() === 'relaxed' ? 'plain,relaxed' : 'plain' },
    rounds: { type: 'string', default: '40' },
    learned: { type: 'string', default: '1,3,all' },
  },
});
/** Photos that are learned from together. */
const BATCH = 8;
const rounds = Number(options.rounds);
const cnn = await efficientnet();
const photo = Uint8Array.from({ length: 3 * cnn.preprocessing.size ** 2 }, (_, i) => (i * 7919) % 251);

interface Call {
  kind: string;
  ms: number;
  /** Multiply-adds. */
  work: number;
}

for (const driver of options.drivers.split(',') as DriverChoice[]) {
  for (const build of options.builds.split(',') as KernelBuild[]) {
    try {
      await measure(driver, build);
    } catch (error) {
      console.log(`${driver}, ${build}: ${(error as Error).message}\n`);
    }
  }
}

async function measure(driver: DriverChoice, build: KernelBuild): Promise<void> {
  const engine = await openEngine(driver, 'float32', build);
  const calls: Call[] = [];
  const network = await cnn.openOnEngine!(timed(engine, calls));
  const least: Call[] = [];
  let wall = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    calls.length = 0;
    const begun = performance.now();
    network.features([photo]);
    wall = Math.min(wall, performance.now() - begun);
    for (const [i, call] of calls.entries()) {
      least[i] ??= call;
      least[i].ms = Math.min(least[i].ms, call.ms);
    }
  }
  const threads = engine.threads === 1 ? '1 thread' : `${engine.threads} threads`;
  console.log(`${engine.product.driver.description}, ${build} kernels, ${threads}: a photo in ${wall.toFixed(1)} ms`);
  for (const kind of new Set(least.map((call) => call.kind))) {
    const ofKind = least.filter((call) => call.kind === kind);
    const [ms, work] = [sum(ofKind.map((call) => call.ms)), sum(ofKind.map((call) => call.work))];
    const speed = work > 0 ? `${((2 * work) / ms / 1e6).toFixed(0)} GFLOPS` : '';
    console.log(`  ${kind.padEnd(22)}${ms.toFixed(2).padStart(8)} ms ${speed}`);
  }
  console.log(`  limit of the products${' '.repeat(12)}${limitOf(engine).toFixed(0)} GFLOPS`);
  await measureLearning(engine);
  console.log();
  engine.close();
}

async function measureLearning(engine: Engine): Promise<void> {
  const network = await cnn.openToLearn!(engine);
  const dFeatures = engine.arena.matrix(BATCH, cnn.featureSize);
  dFeatures.data.fill(1e-3);
  for (const stages of options.learned.split(',').map((value) => (value === 'all' ? value : Number(value)))) {
    const before = engine.arena.size;
    const { frozen, learned } = network.part(stages);
    const { values, ...size } = frozen(photo);
    const x = { ...size, values: engine.arena.matrix(BATCH * values.rows, values.cols) };
    for (let n = 0; n < BATCH; n++) copyRows(x.values, n * values.rows, values, 0, values.rows);
    const least = { forward: Number.POSITIVE_INFINITY, backward: Number.POSITIVE_INFINITY };
    for (let round = 0; round < Math.ceil(rounds / 10); round++) {
      const begun = performance.now();
      learned.forward(x);
      const between = performance.now();
      learned.backward(dFeatures);
      least.forward = Math.min(least.forward, (between - begun) / BATCH);
      least.backward = Math.min(least.backward, (performance.now() - between) / BATCH);
    }
    const megabytes = (engine.arena.size - before) / 1e6;
    const title = `  ${stages} learned`.padEnd(24);
    console.log(
      `${title}${least.forward.toFixed(2).padStart(8)} ms and ${least.backward.toFixed(2)} ms back, ${megabytes.toFixed(0)} MB`,
    );
  }
}

/** The same engine, whose calls are timed. */
function timed(engine: Engine, calls: Call[]): Engine {
  const wrap =
    <Values extends unknown[], Result>(
      kind: string,
      work: (...values: Values) => number,
      call: (...values: Values) => Result,
    ) =>
    (...values: Values) => {
      const begun = performance.now();
      const result = call(...values);
      calls.push({ kind, ms: performance.now() - begun, work: work(...values) });
      return result;
    };
  const kernels = Object.entries(engine.kernels).map(([name, kernel]) =>
    typeof kernel === 'function'
      ? [name, wrap(name, name === 'depthwise' ? workOfDepthwise : () => 0, kernel)]
      : [name, kernel],
  );
  const { product } = engine;
  product.multiplyFixed = wrap('product', workOfProduct, product.multiplyFixed.bind(product));
  return { ...engine, kernels: Object.fromEntries(kernels) as Kernels };
}

function workOfProduct(...[c, a]: Parameters<MatrixProduct['multiplyFixed']>): number {
  return c.rows * c.cols * a.cols;
}

/** Of the arguments of the kernel, from the lines on; windows at the edges count as whole ones. */
function workOfDepthwise(...values: number[]): number {
  const [lines = 0, , , , C = 0, kernel = 0, , , , , outWidth = 0] = values.slice(5);
  return lines * outWidth * kernel ** 2 * C;
}

function limitOf({ arena, product }: Engine): number {
  const size = 384;
  const [a, b, c] = [arena.matrix(size, size), arena.matrix(size, size), arena.matrix(size, size)];
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    product.multiply(c, a, b);
    least = Math.min(least, performance.now() - begun);
  }
  return (2 * size ** 3) / least / 1e6;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
