import { cpus } from 'node:os';
import type { Command } from 'commander';
import { cacheFolder } from '../base/files.ts';
import { openEngine } from '../compute/engine.ts';
import { tryCnnBackends } from '../vision/cnn-backends.ts';
import { version } from './version.ts';

/** `doctor`: what is used on this machine and why. `pictures` adds what the CNN runs on. */
export function addDoctorCommand(program: Command, { pictures }: { pictures: boolean }): void {
  program
    .command('doctor')
    .description('prints what is used on this machine, and why')
    .action(async () => {
      const engine = await openEngine();
      const lines = [
        `caption-lm ${version}, Node ${process.version}, ${process.platform}-${process.arch}, ${cpus().length} cores`,
        engine.notice,
        ...engine.tried.map(({ name, failure }) => `  ${name}: ${failure ?? 'in use'}`),
        ...(pictures ? await cnnLines() : []),
        `cache: ${cacheFolder()} (may be deleted at any time)`,
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}

async function cnnLines(): Promise<string[]> {
  const tried = await tryCnnBackends();
  const { description } = tried.at(-1)!;
  return [`CNN: ${description}`, ...tried.map(({ name, failure }) => `  ${name}: ${failure ?? 'in use'}`)];
}
