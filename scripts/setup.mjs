/**
 * All the set-up of a clone, in as little time as there is to do: packages, build, native libraries. `npm test` and
 * `npm run demo` call it first; plain JavaScript, since nothing is installed or built when it starts.
 *
 *     node scripts/setup.mjs [--require-native] [--onnxruntime] [--tfjs]
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const options = process.argv.slice(2);
const forCnn = options.filter((option) => option === '--onnxruntime' || option === '--tfjs');
const required = options.includes('--require-native') || forCnn.length > 0;

// npm writes this file when an installation is complete.
if (changed('package-lock.json') > changed('node_modules/.package-lock.json')) {
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'installing the packages');
}
if (newest('src') > changed('dist/kernels.wasm')) {
  run(process.execPath, ['scripts/build.mjs'], 'building');
}
const setup = ['dist/cli/caption.js', 'setup', ...forCnn, ...(required ? [] : ['--quiet'])];
const { status } = spawnSync(process.execPath, setup, { stdio: 'inherit' });
if (status !== 0) {
  if (required) process.exit(status ?? 1);
  console.error('No native library could be set up; all goes on with WebAssembly, which is slower.');
}

/** When a file was changed last; 0 where there is none. */
function changed(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** When the newest file below a folder was changed. */
function newest(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Math.max(
    ...entries.filter((entry) => entry.isFile()).map((entry) => changed(join(entry.parentPath, entry.name))),
  );
}

function run(program, args, what) {
  console.error(`${what} …`);
  const { status, error } = spawnSync(program, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  console.error(`${what} failed${error ? `: ${error.message}` : ''}`);
  process.exit(status ?? 1);
}
