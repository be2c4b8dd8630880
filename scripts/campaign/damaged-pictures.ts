/**
 * Part b, pictures: damaged ones in eight formats, a folder of hundreds at a time, as a person has them described. Each must
 * get a caption or a line that names it. Where a command ends badly, each picture is tried alone, so that the one is found.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../../src/base/random.ts';
import { type Call, type Ending, faultsOf, limits, run } from './command.ts';
import { picturesOf } from './inputs.ts';
import { mutate } from './mutate.ts';
import type { PartOptions } from './part.ts';

/** Pictures that one command gets. */
const AT_ONCE = 100;

export async function damagePictures({ times, seed, place, tally, isOver }: PartOptions): Promise<void> {
  const random = new Random(seed);
  const folder = place.path('damaged');
  const call = (...paths: string[]): Call => {
    return { program: 'caption', args: ['describe', ...paths, '--beam', '1', '--consensus', '0'], env: place.env };
  };
  const pictures = await picturesOf();
  for (let done = 0; done < times; done += AT_ONCE) {
    for (const [ending, whole] of pictures) {
      if (isOver()) return;
      const what = `damaged .${ending}`;
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder);
      const paths: string[] = [];
      for (let i = done; i < Math.min(times, done + AT_ONCE); i++) {
        const path = join(folder, `${i}.${ending}`);
        await writeFile(path, mutate(whole, random, ending === 'svg'));
        paths.push(path);
      }
      const ended = await run({ ...call(folder), patience: limits.seconds * paths.length });
      const told = toldOf(ended, paths);
      const patient = { ...limits, seconds: limits.seconds * paths.length };
      if (faultsOf('caption', ended, patient).length === 0 && told.every((word) => word !== UNTOLD)) {
        for (const word of told) tally.add(what, word, [], '', { peak: ended.peak });
        continue;
      }
      for (const path of paths) {
        const alone = await run(call(path, path)); // twice, so that the line begins with its name
        const [word] = toldOf(alone, [path]);
        tally.judge(what, call(path), alone, word === UNTOLD ? [UNTOLD] : []);
      }
    }
  }
}

const UNTOLD = 'neither described nor told';

/** What became of each picture. */
function toldOf({ stdout, stderr }: Ending, paths: readonly string[]): string[] {
  const described = new Set(stdout.split('\n').map((line) => line.replace(/: .*/, '')));
  const refusals = stderr.split('\n').filter((line) => line.startsWith('caption: '));
  return paths.map((path) => {
    if (described.has(path)) return 'described';
    return refusals.some((line) => line.includes(path)) ? 'refused' : UNTOLD;
  });
}
