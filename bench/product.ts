/**
 * Races the matrix-product drivers on the shapes of a recurrent model: `npx tsx bench/product.ts [DRIVER…]`.
 *
 * The contestants take turns, a few milliseconds each, so that what else the machine does falls on all of them alike;
 * compare the ratios, which are medians over the rounds, rather than the GFLOPS. On a busy machine the libraries fall
 * far behind: they cut a product into equal parts and wait for the last, where ours deals out small tasks.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../src/base/errors.ts';
import { Random } from '../src/base/random.ts';
import { Arena } from '../src/compute/arena.ts';
import { compileKernels } from '../src/compute/kernels.ts';
import { openDriver } from '../src/compute/product/choose.ts';
import type { DriverName } from '../src/compute/product/driver.ts';
import { MatrixProduct } from '../src/compute/product/product.ts';

const ROUNDS = 15;
const TURN_MILLISECONDS = 20;
/** Between turns: the threads of OpenMP and OpenBLAS go on spinning for a while, at the cost of whoever comes next. */
const REST_MILLISECONDS = 60;

interface Case {
  name: string;
  m: number;
  n: number;
  k: number;
  transposeA?: boolean;
  transposeB?: boolean;
  /** The right factor is packed before, as recurrent weights are once for each training step. */
  fixed?: boolean;
}

/** LSTM with H = 512 (gates of 2048 columns), 50 streams of 50 steps; and the same with one stream, for sampling. */
const CASES: Case[] = [
  { name: 'inputs of all steps', m: 2500, n: 2048, k: 512 },
  { name: 'inputs, fixed', m: 2500, n: 2048, k: 512, fixed: true },
  { name: 'weight gradient, Aᵀ', m: 512, n: 2048, k: 2500, transposeA: true },
  { name: 'input gradient, Bᵀ', m: 2500, n: 512, k: 2048, transposeB: true },
  { name: 'one step', m: 50, n: 2048, k: 512 },
  { name: 'one step, fixed', m: 50, n: 2048, k: 512, fixed: true },
  { name: 'one step back, Bᵀ', m: 50, n: 512, k: 2048, transposeB: true },
  { name: 'one step back, Bᵀ fixed', m: 50, n: 512, k: 2048, transposeB: true, fixed: true },
  { name: 'sampling', m: 1, n: 2048, k: 512 },
  { name: 'sampling, fixed', m: 1, n: 2048, k: 512, fixed: true },
  { name: 'H = 128: one step, fixed', m: 50, n: 512, k: 128, fixed: true },
  { name: 'H = 128: sampling, fixed', m: 1, n: 512, k: 128, fixed: true },
];

/** Anything that multiplies; a rival outside this project joins by one more of these. */
interface Contestant {
  name: string;
  description: string;
  /** Makes the operands and returns what is timed: one product. */
  prepare(shape: Case): () => void;
}

const contestants = await openDrivers(process.argv.slice(2));
for (const { name, description } of contestants) console.log(`${name.padEnd(10)} ${description}`);
console.log(`\n${'case'.padEnd(28)}${contestants.map(({ name }) => name.padStart(22)).join('')}`);
for (const shape of CASES) console.log(shape.name.padEnd(28) + (await race(shape)).join(''));
console.log('\ntimes the speed of the last contestant (GFLOPS), medians of', ROUNDS, 'rounds');

/** One cell for each contestant. */
async function race(shape: Case): Promise<string[]> {
  const runs = contestants.map((contestant) => contestant.prepare(shape));
  const speeds: number[][] = runs.map(() => []);
  for (const run of runs) await speedOf(run, shape);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, run] of runs.entries()) speeds[i]?.push(await speedOf(run, shape));
  }
  const slowest = speeds.at(-1) ?? [];
  return speeds.map((speed) => {
    const ratio = median(speed.map((value, round) => value / (slowest[round] ?? value)));
    return `${ratio.toFixed(2)} × (${median(speed).toFixed(1)})`.padStart(22);
  });
}

/** GFLOPS over one turn. */
async function speedOf(run: () => void, { m, n, k }: Case): Promise<number> {
  await sleep(REST_MILLISECONDS);
  run(); // wakes the threads and fills the caches
  const start = performance.now();
  let times = 0;
  while (performance.now() - start < TURN_MILLISECONDS) {
    run();
    times++;
  }
  return (2 * m * n * k * times) / (performance.now() - start) / 1e6;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function openDrivers(wanted: string[]): Promise<Contestant[]> {
  const module = await compileKernels();
  const opened: Contestant[] = [];
  for (const name of ['onednn', 'openblas', 'accelerate', 'wasm'] satisfies DriverName[]) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const arena = new Arena();
    try {
      const product = new MatrixProduct(arena, await openDriver(arena, module, name));
      const { description } = product.driver;
      opened.push({ name, description, prepare: (shape) => prepare(arena, product, shape) });
    } catch (error) {
      console.log(`${name.padEnd(10)} not available: ${reasonOf(error)}`);
    }
  }
  return opened;
}

function prepare(arena: Arena, product: MatrixProduct, shape: Case): () => void {
  const { m, n, k, transposeA = false, transposeB = false } = shape;
  const a = transposeA ? arena.matrix(k, m) : arena.matrix(m, k);
  const b = transposeB ? arena.matrix(n, k) : arena.matrix(k, n);
  const c = arena.matrix(m, n);
  const random = new Random(1);
  for (const { data } of [a, b]) for (let i = 0; i < data.length; i++) data[i] = random.uniform() - 0.5;
  if (!shape.fixed) return () => product.multiply(c, a, b, { transposeA, transposeB });
  const factor = product.fixedFactor(k, n);
  factor.update(b, { transposed: transposeB });
  return () => product.multiplyFixed(c, a, factor);
}
