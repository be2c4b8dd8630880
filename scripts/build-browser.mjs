/**
 * Bundles src/browser.ts for browsers.
 *
 * A file that needs Node has its counterpart for browsers beside it: where there is an X.browser.ts, every import of X.ts
 * means X.browser.ts in the bundle. That is the only difference between the two builds.
 */
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
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
    splitting: true, // what is imported when it is needed is fetched then
    chunkNames: 'chunk-[name]-[hash]',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    metafile: true,
    logLevel: 'warning',
    plugins: [browserFiles],
  });
  return metafile;
}

/** Bundles the page that `caption serve` shows. @param output its folder */
export async function bundlePage(output) {
  await build({
    entryPoints: ['src/page/main.ts', 'src/page/page.css'],
    outdir: output,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    logLevel: 'warning',
    plugins: [browserFiles],
  });
  copyFileSync('src/page/index.html', join(output, 'index.html'));
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
