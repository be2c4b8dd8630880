/** `doctor`: what is used on this machine, and why. */
import { cpus } from 'node:os';
import type { Command } from 'commander';
import { cacheFolder } from '../base/files.ts';
import { openEngine } from '../compute/engine.ts';
import type { KernelBuild } from '../compute/kernels.ts';
import { tryCnnBackends } from '../vision/cnn-backends.ts';
import { version } from './version.ts';

/** Gives the function that adds `doctor` to a program; with `pictures` it also prints what the CNN runs on. */
export const addDoctorCommand =
  ({ pictures }: { pictures: boolean }) =>
  (program: Command): void => {
    program
      .command('doctor')
      .description('prints what is used on this machine, and why')
      .action(() => doctorCommand(pictures));
  };

async function doctorCommand(pictures: boolean): Promise<void> {
  const engine = await openEngine();
  const lines = [
    `caption-lm ${version}, Node ${process.version}, ${process.platform}-${process.arch}, ${cpus().length} cores`,
    BUILDS[engine.kernelBuild],
    engine.notice,
    ...engine.tried.map(({ name, failure }) => `  ${name}: ${failure ?? 'in use'}`),
    ...(pictures ? await cnnLines() : []),
    `cache: ${cacheFolder()} (may be deleted at any time)`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

const BUILDS: Record<KernelBuild, string> = {
  relaxed: 'kernels: WebAssembly with relaxed SIMD, which multiplies and adds at once',
  plain: 'kernels: WebAssembly with SIMD; Node 22 and later have relaxed SIMD, which multiplies and adds at once',
};

async function cnnLines(): Promise<string[]> {
  const tried = await tryCnnBackends();
  const { description } = tried.at(-1)!;
  return [`CNN: ${description}`, ...tried.map(({ name, failure }) => `  ${name}: ${failure ?? 'in use'}`)];
}
