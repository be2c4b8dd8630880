/**
 * Bundles src/browser.ts for browsers.
 *
 * A file that needs Node has its counterpart for browsers beside it: where there is an X.browser.ts, every import of X.ts
 * means X.browser.ts in the bundle. That is the only difference between the two builds.
 */
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/**
 * @param output the folder for the bundle, two below the package's root, as addresses of kernels and models have it
 * @returns which files are in the bundle, as esbuild says it
 */
export async function bundleForBrowsers(output) {
  const { metafile } = await build({
    entryPoints: { index: 'src/browser.ts' },
    outdir: output,
    bundle: true,
    splitting: true, // TensorFlow.js is fetched only where a CNN is used
    chunkNames: 'chunk-[name]-[hash]',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    metafile: true,
    logLevel: 'warning',
    plugins: [browserFiles],
  });
  const tfjs = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  for (const file of readdirSync(tfjs))
    if (/simd\.wasm$/.test(file)) copyFileSync(join(tfjs, file), join(output, file));
  return metafile;
}

/** X.browser.ts for X.ts, where there is one. */
export const browserFiles = {
  name: 'browser files',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const counterpart = join(resolveDir, path.replace(/\.ts$/, '.browser.ts'));
      return existsSync(counterpart) ? { path: counterpart } : undefined;
    });
  },
};
