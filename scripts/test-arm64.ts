/**
 * Linux arm64 without such a machine. An emulated processor (qemu-user) runs the suites of `src/compute` and `src/nn` and
 * the contract of language models, on both builds of the kernels and on OpenBLAS; says captions, which must be this
 * machine's; and trains, to this machine's weights bit for bit. What it needs is fetched into the cache folder.
 *
 *     npm run test:arm64
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openArm64Node } from './arm64/node.ts';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** An emulated processor takes ten times as long. */
const TIMEOUTS = ['--test-timeout=300000', '--hook-timeout=300000'];
/** Without the one that measures how fast processes end: there that is the emulator's speed. */
const SUITES = [...suitesBelow('test/compute'), ...suitesBelow('test/nn'), 'test/model/contract.test.ts'];
const PHOTOS = ['docs/pictures/coffee.jpg', 'docs/nagasaki-boats.jpg'];
const TRAINING = 'CONTRIBUTING.md --hidden 24 --batch 4 --steps 20 --epochs 1 --blas wasm --quiet'.split(' ');

interface Machine {
  program: string;
  env: NodeJS.ProcessEnv;
}

const arm64 = await openArm64Node();
const there: Machine = { program: arm64.program, env: { ...process.env, ...arm64.env } };
const here: Machine = { program: process.execPath, env: process.env };
const work = mkdtempSync(join(tmpdir(), 'caption-lm-arm64-'));
try {
  console.log(run(there, 'dist/cli/caption.js', 'setup'));
  const found = run(there, 'dist/cli/caption.js', 'doctor');
  console.log(found);
  check('OpenBLAS is in use', found.includes('matrix products: OpenBLAS'));

  // Vitest itself, which translates the TypeScript, runs on this Node, and starts its workers on the other one.
  const vitest = ['--require', arm64.execPath, 'node_modules/vitest/vitest.mjs', 'run', ...SUITES, ...TIMEOUTS];
  const { status } = spawnSync(here.program, vitest, { env: there.env, stdio: 'inherit' });
  check('suites', status === 0);

  const [captions, captionsHere] = [there, here].map(describe);
  console.log(captions);
  check("captions are this machine's", captions === captionsHere);

  // The relaxed build's last bits may depend on the processor.
  if (found.includes('WebAssembly with SIMD')) {
    const [weights, weightsHere] = [there, here].map(train);
    check("weights of a training are this machine's, bit for bit", weights!.equals(weightsHere!));
  }
} finally {
  rmSync(work, { recursive: true });
}

function suitesBelow(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const suites = files.filter((file) => file.endsWith('.test.ts') && basename(file) !== 'process.test.ts');
  return suites.map((file) => join(folder, file));
}

function describe(machine: Machine): string {
  return run(machine, 'dist/cli/caption.js', 'describe', ...PHOTOS);
}

/** The weights that a training ends with. */
function train(machine: Machine): Buffer {
  const model = join(work, machine === here ? 'here' : 'there');
  run(machine, 'dist/cli/lm.js', 'train', ...TRAINING, '--out', model);
  return readFileSync(join(model, 'weights.safetensors'));
}

/** Runs a command and returns what it printed. */
function run({ program, env }: Machine, ...args: string[]): string {
  const { status, signal, error, stdout } = spawnSync(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) console.log(String(stdout), error?.message ?? signal ?? `exit code ${status}`);
  check(args.slice(0, 2).join(' '), status === 0);
  return String(stdout);
}

/** Says whether something holds; where it does not, the exit code will say so too. */
function check(what: string, holds: boolean): void {
  console.log(`${holds ? 'passed' : 'FAILED'}: ${what}`);
  if (!holds) process.exitCode = 1;
}
