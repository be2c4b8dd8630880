/**
 * All the set-up of a clone, in as little time as there is to do: packages, build, native libraries. `npm test` and
 * `npm run demo` call it first; plain JavaScript, since nothing is installed or built when it starts.
 *
 *     node scripts/setup.mjs [--require-native] [--onnxruntime] [--tfjs]
 */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const options = process.argv.slice(2);
const forCnn = options.filter((option) => option === '--onnxruntime' || option === '--tfjs');
const required = options.includes('--require-native') || forCnn.length > 0;

// npm writes this file when an installation is complete.
if (changed('package-lock.json') > changed('node_modules/.package-lock.json')) {
  console.error('installing the packages …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
run(process.execPath, ['scripts/build.mjs', '--if-changed']);
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

/** Runs a program, which says itself what goes wrong in it. */
function run(program, args) {
  const { status, error } = spawnSync(program, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  if (error) console.error(`${program} can not be run: ${error.message}`);
  process.exit(status ?? 1);
}
