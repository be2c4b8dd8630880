/**
 * Tries to break the three commands, and says what came of it; docs/results/reliability.md has its figures:
 *
 *     npm run campaign -- [PART …] [--times N] [--minutes M] [--seed S]
 *
 * Parts: a, trainings that are killed; b, damaged files; c, a full disk; d, properties of random inputs; e, many short
 * commands; f, less of everything; g, leaving at once. N is how often each kind of a part is tried, M how long a part may
 * take; it then stops with what it has. Exits with 1 where a fault was found.
 */
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { damageFiles } from './campaign/damaged-files.ts';
import { damagePictures } from './campaign/damaged-pictures.ts';
import { fillDisk } from './campaign/full-disk.ts';
import { makePlace } from './campaign/inputs.ts';
import { killTrainings } from './campaign/kills.ts';
import { leaveOften } from './campaign/leaving.ts';
import type { PartOptions } from './campaign/part.ts';
import { tryProperties } from './campaign/properties.ts';
import { giveLess } from './campaign/scarcity.ts';
import { callOften } from './campaign/short-commands.ts';
import { Tally } from './campaign/tally.ts';

/** The parts, and how often each kind is tried where nothing is said. */
const parts: Record<string, { times: number; run: (options: PartOptions) => Promise<void> }> = {
  a: { times: 1000, run: killTrainings },
  'b-pictures': { times: 1000, run: damagePictures },
  'b-files': { times: 1000, run: damageFiles },
  c: { times: 40, run: fillDisk },
  d: { times: 10_000, run: tryProperties },
  e: { times: 3000, run: callOften },
  f: { times: 1, run: giveLess },
  g: { times: 2000, run: leaveOften },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string' },
    minutes: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '20' },
  },
});
const names = Object.keys(parts);
const asked = names.filter((name) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)));
if (asked.length === 0) throw new Error(`no part ${positionals.join(', ')}: there are ${names.join(', ')}`);

let faults = 0;
for (const name of asked) {
  const { times, run } = parts[name]!;
  const tally = new Tally();
  const place = await makePlace();
  const begin = performance.now();
  try {
    const isOver = () => performance.now() - begin > Number(values.minutes) * 60_000;
    await run({ times: Number(values.times ?? times), seed: Number(values.seed), place, tally, isOver });
  } finally {
    const minutes = ((performance.now() - begin) / 60_000).toFixed(1);
    console.log(`\n### Part ${name}, ${minutes} minutes\n\n${tally}\n`);
    await rm(place.root, { recursive: true, force: true });
  }
  faults += tally.faults;
}
console.log(faults === 0 ? 'no faults' : `${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;
