/** Bundles src/browser/index.ts. In place of src/X the bundle has src/browser/X, where there is such a file. */
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

const SOURCE = join(process.cwd(), 'src');
const BROWSER = join(SOURCE, 'browser');

/** @param output the folder for the bundle, two below the package's root, as addresses of kernels and models have it */
export async function bundleForBrowsers(output) {
  await build({
    entryPoints: [join(BROWSER, 'index.ts')],
    outdir: output,
    bundle: true,
    splitting: true, // TensorFlow.js is fetched only where a CNN is used
    chunkNames: 'chunk-[name]-[hash]',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    logLevel: 'warning',
    plugins: [{ name: 'stand-ins', setup: replaceByStandIns }],
  });
  const tfjs = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  for (const file of readdirSync(tfjs))
    if (/simd\.wasm$/.test(file)) copyFileSync(join(tfjs, file), join(output, file));
}

function replaceByStandIns({ onResolve }) {
  onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
    const standIn = join(BROWSER, relative(SOURCE, join(resolveDir, path)));
    return existsSync(standIn) ? { path: standIn } : undefined;
  });
}
