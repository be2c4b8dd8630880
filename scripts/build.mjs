/**
 * Builds dist/ from src/: the kernels by asc, everything else by tsc, a bundle for browsers and the
 * page of the server by esbuild.
 *
 * It builds beside dist/ and swaps the two at the end. So dist/ never holds files whose source is gone, is never seen
 * half built, and stays as it was when the build fails.
 *
 *     node scripts/build.mjs [--if-changed]
 *
 * --if-changed: only if a source is newer than dist/
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleForBrowsers, bundleIntoPage, bundlePage } from './build-browser.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
if (process.argv.includes('--if-changed') && !isOlder('dist/kernels.wasm', 'src')) process.exit();
console.error('building …');
mkdirSync('build', { recursive: true });
const work = mkdtempSync(join('build', 'dist-'));
const output = join(work, 'new');
const kernels = 'src/compute/kernels';
const RELAXED = ['--enable', 'relaxed-simd'];
try {
  const built =
    compileKernels('shared', 'kernels.wasm') &&
    compileKernels('unshared', 'kernels-unshared.wasm') &&
    compileKernels('shared', 'kernels-relaxed.wasm', RELAXED) &&
    compileKernels('unshared', 'kernels-unshared-relaxed.wasm', RELAXED) &&
    run('typescript/bin/tsc', ['--project', 'tsconfig.build.json', '--noEmitOnError', '--outDir', output]);
  if (built) {
    await bundleForBrowsers(join(output, 'web'));
    await bundlePage(join(output, 'page'));
    await bundleIntoPage('src/page/cells', join(output, 'cells-page')); // of `lm cells --html`
    await bundleIntoPage('src/page/explained', join(output, 'explained-page')); // of pictures with maps of words
    // npm makes programs executable when it links them, which it does once: what is built later must be it by itself.
    for (const program of Object.values(JSON.parse(readFileSync('package.json', 'utf8')).bin)) {
      chmodSync(join(output, program.replace(/^dist\//, '')), 0o755);
    }
    if (existsSync('dist')) renameSync('dist', join(work, 'old'));
    renameSync(output, 'dist');
  } else {
    process.exitCode = 1;
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/**
 * @param memory whether the memory that they work on is shared: a target of asconfig.json
 * @param features of WebAssembly that they may use beside those of asconfig.json
 */
function compileKernels(memory, file, features = []) {
  const config = ['--config', join(kernels, 'asconfig.json'), '--target', memory, ...features];
  return run('assemblyscript/bin/asc.js', [join(kernels, 'index.ts'), ...config, '--outFile', join(output, file)]);
}

/** Whether a file is not there, or is older than the newest one below a folder. */
function isOlder(file, folder) {
  const built = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.some((entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).mtimeMs > built);
}

/** Runs a tool of node_modules; where it fails it has said why. */
function run(tool, args) {
  return spawnSync(process.execPath, [join('node_modules', tool), ...args], { stdio: 'inherit' }).status === 0;
}
