/** What a process with open drivers looks like from outside: it ends by itself, in peace, and idles at no cost. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Arena } from '../../../src/compute/arena.ts';
import { compileKernels } from '../../../src/compute/kernels.ts';
import { openDriver } from '../../../src/compute/product/choose.ts';
import type { DriverName } from '../../../src/compute/product/driver.ts';
import { MatrixProduct } from '../../../src/compute/product/product.ts';
import { MOST_THREADS } from '../../../src/compute/team.ts';

const SCRIPT = fileURLToPath(new URL('./multiply-and-end.mjs', import.meta.url));
const module = await compileKernels();

for (const name of ['onednn', 'openblas', 'accelerate', 'wasm'] as DriverName[]) {
  const failure = await openDriver(new Arena(), module, name).then((driver) => driver.close(), String);
  describe.skipIf(failure)(`${name}${failure ? ` (not available here: ${failure})` : ''}`, () => {
    test.each(['end', 'throw', 'exit'])('a process ends soon and without a crash: %s', async (manner) => {
      const { code, signal, seconds, output } = await run([name, manner]);
      expect(output).toContain('multiplied');
      expect({ code, signal }).toEqual({ code: manner === 'throw' ? 1 : 0, signal: null });
      expect(seconds).toBeLessThan(2);
    });

    test.skipIf(process.platform === 'win32')('signals change nothing, and reach their handlers', async () => {
      const { code, signal } = await run([name, 'signals'], { interruption: 'SIGWINCH' });
      expect({ code, signal }).toEqual({ code: 0, signal: null });
    });

    test.skipIf(name === 'accelerate')('takes no more threads than OMP_NUM_THREADS allows', async () => {
      const { output } = await run([name, 'end'], { variables: { OMP_NUM_THREADS: '1' } });
      expect(output).toMatch(/^multiplied on .* \(1 thread\)\n$/);
    });

    test('another one in the same process takes as many threads as the first', async () => {
      const driver = await openDriver(new Arena(), module, name);
      const allowed = Number(process.env['OMP_NUM_THREADS'] ?? availableParallelism());
      if (driver.team) expect(driver.team.threads).toBe(Math.min(allowed, MOST_THREADS));
      driver.close();
    });

    test('idle threads use no processor time', async () => {
      const arena = new Arena();
      const product = new MatrixProduct(arena, await openDriver(arena, module, name));
      await product.driver.team?.start();
      const [c, a, b] = [arena.matrix(200, 200), arena.matrix(200, 200), arena.matrix(200, 200)];
      product.multiply(c, a, b);
      await sleep(50);
      const before = process.cpuUsage();
      await sleep(500);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000).toBeLessThan(100);
      product.close();
    });
  });
}

interface Run {
  code: number | null;
  signal: string | null;
  /** From its last word to its end. */
  seconds: number;
  output: string;
}

interface Options {
  /** Sent to the script every two milliseconds once it is ready for signals. */
  interruption?: NodeJS.Signals;
  /** Of the environment, beside those of this process. */
  variables?: Record<string, string>;
}

/** Runs the script. */
function run(args: string[], { interruption, variables }: Options = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SCRIPT, ...args], {
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    let last = 0;
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on('data', (chunk) => {
      output += chunk;
      last = performance.now();
      if (interruption && !timer && output.includes('ready for signals')) {
        timer = setInterval(() => child.kill(interruption), 2);
      }
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(timer);
      resolve({ code, signal, seconds: (performance.now() - last) / 1000, output });
    });
  });
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
