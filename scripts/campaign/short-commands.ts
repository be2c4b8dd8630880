/**
 * Part e: thousands of short commands one after another, as a script makes them. The cache folder must not grow, no
 * process and no temporary file may be left.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { limits, run } from './command.ts';
import { makeTrainings, type Place, textOf, trainModels } from './inputs.ts';
import type { PartOptions } from './part.ts';

/** Rounds of all calls between two looks at what is left. */
const ROUNDS = 2;

export async function callOften({ times, place, tally, isOver }: PartOptions): Promise<void> {
  const models = await trainModels(await makeTrainings(place), place);
  const [text, captioner, labeller, translator] = models as [string, string, string, string];
  await writeFile(place.path('short.txt'), textOf(5));
  const photo = place.path('photos', 'p0.jpg');
  const calls = [
    'lm --version',
    `lm sample --model ${text} --length 10`,
    `lm score --model ${text} ${place.path('short.txt')}`,
    `lm info ${text}`,
    `caption extract ${place.path('photos')}`,
    `caption describe ${photo} --model ${captioner} --beam 1`,
    `caption info ${captioner}`,
    `seq predict --model ${labeller} --text film`,
    `seq predict --model ${translator} --text 1 --json`,
    `seq info ${labeller}`,
    `lm score --model ${text} ${place.path('nothing.txt')}`,
    'seq predict --frobnicate',
  ].map((line) => line.split(' '));
  let before: Set<string> | undefined;
  for (let i = 0; i < times && !isOver(); i++) {
    const [program, ...args] = calls[i % calls.length]! as ['lm' | 'caption' | 'seq', ...string[]];
    const call = { program, args, env: place.env };
    const isWrongUsage = args.includes('--frobnicate');
    const ending = await run(call);
    const expected = isWrongUsage ? 2 : args.at(-1)!.endsWith('nothing.txt') ? 1 : 0;
    const further = ending.code === expected ? [] : [`expected exit ${expected}`];
    tally.judge(`${program} ${args[0]}`, call, ending, further, { ...limits, codes: [expected] });
    const isFirst = i + 1 === calls.length; // what it leaves is there for good: the features of the pictures
    if (!isFirst && (i + 1) % (ROUNDS * calls.length) !== 0 && i + 1 !== times) continue;
    const now = await remains(place);
    const left = [...now].filter((each) => before && !before.has(each));
    tally.add('looks at what is left', left.length > 0 ? 'more' : 'no more', left, 'is new');
    before ??= now;
  }
}

/** What is in the cache, among the temporary files and among the processes. */
async function remains({ env, root }: Place): Promise<Set<string>> {
  const cache = await listing(join(env.CAPTION_LM_CACHE, 'features'));
  const temporary = await listing(env.TMPDIR);
  return new Set([...cache, ...temporary, ...processesOf(root)]);
}

async function listing(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return Promise.all(
    names.sort().map(async (name) => {
      const found = await stat(join(folder, name));
      return found.isFile() ? `${name}: ${found.size} bytes` : name;
    }),
  );
}

/** Processes that were started in the campaign's surroundings and are still there. */
function processesOf(mark: string): string[] {
  const processes: string[] = [];
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${id}/environ`, 'latin1');
      if (environment.includes(`CAMPAIGN=${mark}`)) processes.push(`process ${id}`);
    } catch {
      // It has ended, or is another user's.
    }
  }
  return processes;
}
