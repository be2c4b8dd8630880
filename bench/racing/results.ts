/** Where the figures of a race go: a JSON file in `bench/results`. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { writeFileAtomically } from '../../src/base/files.ts';

/** What the figures depend on. */
export function describeMachine() {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

/**
 * Writes `bench/results/RACE.json`, which is for keeping, or `RACE.local.json`, which git ignores.
 *
 * @returns the path
 */
export async function writeResults(race: string, figures: object, { keep }: { keep: boolean }): Promise<string> {
  const path = fileURLToPath(new URL(`../results/${race}${keep ? '' : '.local'}.json`, import.meta.url));
  const results = { race, date: new Date().toISOString(), machine: describeMachine(), ...figures };
  await writeFileAtomically(path, `${JSON.stringify(results, null, 2)}\n`);
  return path;
}
