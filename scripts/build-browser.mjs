/**
 * Bundles src/browser.ts for browsers.
 *
 * A file that needs Node has its counterpart for browsers beside it: where there is an X.browser.ts, every import of X.ts
 * means X.browser.ts in the bundle. That is the only difference between the two builds.
 */
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
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
  const options = { bundle: true, format: 'esm', platform: 'browser', target: 'es2022', logLevel: 'warning' };
  await build({
    ...options,
    entryPoints: ['src/page/main.ts'],
    outdir: output,
    splitting: true, // what draws charts is fetched when there are some
    chunkNames: '[name]-[hash]',
    minify: true,
    plugins: [browserFiles],
  });
  const style = await build({ ...options, entryPoints: ['src/page/style.ts'], write: false });
  const { REPORT_STYLE } = await import(`data:text/javascript,${encodeURIComponent(style.outputFiles[0].text)}`);
  const contents = `@import 'uplot/dist/uPlot.min.css';\n@import './explained/style.css';\n${REPORT_STYLE}\n${readFileSync('src/page/page.css', 'utf8')}`;
  await build({
    ...options,
    stdin: { contents, loader: 'css', resolveDir: 'src/page' },
    outfile: join(output, 'page.css'),
    minify: true,
  });
  for (const file of ['index.html', 'icon.svg']) copyFileSync(join('src/page', file), join(output, file));
  copyFileSync('node_modules/uplot/LICENSE', join(output, 'uplot.licence.txt'));
}

/**
 * Bundles what stands in a page that is one file: a script, which is no module since it is not a file of its own, and a
 * style.
 *
 * @param source the folder of main.ts and style.css @param output the folder for script.js and style.css
 */
export async function bundleIntoPage(source, output) {
  await build({
    entryPoints: { script: join(source, 'main.ts'), style: join(source, 'style.css') },
    outdir: output,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    minify: true,
    logLevel: 'warning',
    plugins: [browserFiles],
  });
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
