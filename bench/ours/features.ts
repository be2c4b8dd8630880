/**
 * Our side of the race `features`: a pass over photos on disk, as `caption extract` makes it without a cache;
 * `bench/rivals/features.py` is the same in PyTorch.
 *
 *     node --import tsx bench/ours/features.ts FOLDER COUNT BACKEND[/BLAS]
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openEngine } from '../../src/compute/engine.ts';
import type { DriverChoice } from '../../src/compute/product/choose.ts';
import type { CnnBackend } from '../../src/vision/cnn-backends.ts';
import { collectFeatures } from '../../src/vision/extract.ts';
import { loadCnn } from '../../src/vision/load-cnn.ts';
import { serve } from '../racing/serve.ts';

const [folder = '', count, driver = 'engine'] = process.argv.slice(2);
const [backend, blas] = driver.split('/');
const names = readdirSync(folder).sort().slice(0, Number(count));
const paths = names.map((name) => join(folder, name));

await serve(async () => {
  const engine = blas ? await openEngine(blas as DriverChoice) : undefined;
  const cnn = await loadCnn('efficientnet-lite2', backend as CnnBackend, engine);
  await cnn.load();
  const build = engine?.kernelBuild === 'relaxed' ? ', relaxed SIMD' : '';
  return {
    system: `caption-lm, ${driver}${build}`,
    async step() {
      const { features, skipped } = await collectFeatures(paths, cnn);
      if (skipped.size > 0) throw new Error(`${skipped.size} files of ${folder} are no pictures`);
      const sum = features.reduce((total, value) => total + value, 0);
      return { done: paths.length, found: { 'mean feature': sum / features.length } };
    },
    close: () => cnn.dispose(),
  };
});
