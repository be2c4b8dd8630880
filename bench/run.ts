/**
 * Runs a race by its name: `npm run bench -- NAME [OPTIONS]`. A race is a script of this folder; what its options are,
 * its header says.
 */
const races: Record<string, () => Promise<unknown>> = {
  'caption-training': () => import('./caption-training.ts'),
  'cold-start': () => import('./cold-start.ts'),
  features: () => import('./features.ts'),
  generating: () => import('./generating.ts'),
  'lm-training': () => import('./lm-training.ts'),
  memory: () => import('./memory.ts'),
  product: () => import('./product.ts'),
  scaling: () => import('./scaling.ts'),
  step: () => import('./step.ts'),
};

const [name = ''] = process.argv.splice(2, 1); // what is left are the race's own options
const race = races[name];
if (race) {
  await race();
} else {
  console.error(`no race ${JSON.stringify(name)}: expected one of ${Object.keys(races).join(', ')}`);
  process.exitCode = 2;
}
