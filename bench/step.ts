/**
 * Where a training update spends its time: in the loops over the steps, which the threads run for shares of the batch
 * (`together`), in the other matrix products, in each other kernel, and in what is between them.
 *
 *     npm run bench -- step [--sizes 1x128,2x128,1x512,2x512] [--drivers onednn,openblas,wasm] [--seconds 2] [--save]
 *
 * The update of `lm-training` (65 characters, batch 50, 50 steps, Adam). `times its products` is the update over its
 * products alone, which are made again one after the other, in the same run: what is above 1 is not arithmetic of
 * matrices. The shares come from updates in which every call is timed, which makes them a little longer.
 */
import { parseArgs } from 'node:util';
import { type Engine, openEngine } from '../src/compute/engine.ts';
import type { DriverChoice } from '../src/compute/product/choose.ts';
import type { ProductDriver } from '../src/compute/product/driver.ts';
import { languageUpdate } from './ours/language-update.ts';
import { writeResults } from './racing/results.ts';
import { mediansOf } from './racing/timing.ts';

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1x128,2x128,1x512,2x512' },
    drivers: { type: 'string', default: 'onednn,openblas,wasm' },
    seconds: { type: 'string', default: '2' },
    save: { type: 'boolean', default: false },
  },
});
const seconds = Number(options.seconds);

/** What a driver can do for an update, and how many multiply-adds that is. */
type ProductCall = { [Method in 'multiply' | 'multiplyPacked' | 'pack']: Parameters<ProductDriver[Method]> };
type Made = { [M in keyof ProductCall]: { method: M; values: ProductCall[M] } }[keyof ProductCall];
/** Products one after the other, some of them as lists that threads make at once. */
type Plan = (Made | { together: Made[][] })[];

const cases: object[] = [];
for (const driver of options.drivers.split(',')) {
  for (const size of options.sizes.split(',')) {
    const [layers = 1, hidden = 128] = size.split('x').map(Number);
    cases.push(await measure(driver as DriverChoice, layers, hidden));
  }
}
console.log(`\n${await writeResults('step', { cases }, { keep: options.save })}`);

async function measure(driver: DriverChoice, layers: number, hidden: number) {
  const engine = await openEngine(driver);
  const spent = new Map<string, number>();
  const plan: Plan = [];
  let watching = false;
  const update = languageUpdate(
    watched(engine, spent, plan, () => watching),
    { vocabulary: 65, hidden, layers, batch: 50, steps: 50 },
    { by: 'norm', limit: 5 },
  );
  update();
  watching = true;
  update();
  watching = false;
  const made = plan.splice(0);
  const [whole, products] = mediansOf(seconds, update, () => {
    for (const work of made) {
      if ('together' in work) {
        engine.together(work.together.length, (share) => {
          for (const call of work.together[share]!) make(engine.product.driver, call);
        });
      } else make(engine.product.driver, work);
    }
  });
  watching = true;
  const updates = 5;
  spent.clear();
  for (let i = 0; i < updates; i++) update();
  const shares = Object.fromEntries([...spent].map(([name, time]) => [name, time / updates]));
  engine.close();
  const flops = flopsOf(made);
  print(engine.product.driver.description, `${layers} × ${hidden}`, { whole, products }, flops, shares);
  return { driver, layers, hidden, updateMs: whole, productsMs: products, flops, shares };
}

/** The engine, with the time of each call added to `spent` and each product to `plan` while it is watched. */
function watched(engine: Engine, spent: Map<string, number>, plan: Plan, watching: () => boolean): Engine {
  let made = plan;
  const timed =
    <Values extends unknown[], Result>(name: string, work: (...values: Values) => Result) =>
    (...values: Values): Result => {
      if (!watching() || made !== plan) return work(...values);
      const start = performance.now();
      const result = work(...values);
      spent.set(name, (spent.get(name) ?? 0) + performance.now() - start);
      return result;
    };
  const { driver } = engine.product;
  for (const method of ['multiply', 'multiplyPacked', 'pack'] as const) {
    const work = timed(method, driver[method].bind(driver) as (...values: unknown[]) => void);
    driver[method] = (...values: unknown[]) => {
      if (watching()) made.push({ method, values: structuredClone(values) } as Made);
      work(...values);
    };
  }
  const kernels = Object.entries(engine.kernels).map(([name, kernel]) => [name, timed(name, kernel as () => void)]);
  const together = timed('together', engine.together);
  return {
    ...engine,
    kernels: Object.fromEntries(kernels),
    together(shares, work) {
      const lists = Array.from({ length: shares }, (): Made[] => []);
      if (watching()) plan.push({ together: lists });
      together(shares, (share) => {
        made = lists[share]!;
        work(share);
        made = plan;
      });
    },
  };
}

function make(driver: ProductDriver, { method, values }: Made): void {
  (driver[method] as (...values: unknown[]) => void)(...values);
}

function flopsOf(plan: Plan): number {
  return plan.reduce((sum, work) => {
    if ('together' in work) return sum + work.together.reduce((part, list) => part + flopsOf(list), 0);
    if (work.method === 'pack') return sum;
    const { m, n, k } = work.values[0];
    return sum + 2 * m * n * k;
  }, 0);
}

function print(
  description: string,
  size: string,
  { whole = Number.NaN, products = Number.NaN }: { whole?: number | undefined; products?: number | undefined },
  flops: number,
  shares: Readonly<Record<string, number>>,
): void {
  console.log(
    `\n${description}, ${size}: ${whole.toFixed(2)} ms, ${(whole / products).toFixed(2)} times its products ` +
      `(${products.toFixed(2)} ms, ${(flops / products / 1e6).toFixed(0)} GFLOPS)`,
  );
  const sorted = Object.entries(shares).sort(([, a], [, b]) => b - a);
  const between = whole - Object.values(shares).reduce((sum, time) => sum + time, 0);
  for (const [name, time] of [...sorted, ['between the calls', between] as const]) {
    if (time > whole / 200) console.log(`  ${name.padEnd(24)}${time.toFixed(2).padStart(8)} ms`);
  }
}
