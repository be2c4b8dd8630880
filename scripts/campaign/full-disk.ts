/**
 * Part c: trainings on a disk that is full sooner or later, by files that may not grow beyond a size (`ulimit -f`) and on
 * a file system of a size (tmpfs, where it may be mounted). What can't be written is told in a line, nothing half-written
 * is left, and with room again the training goes on, or begins again where no model is there yet.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { holdsModel } from '../../src/model/model-folder.ts';
import { type Call, run } from './command.ts';
import { makeTrainings, type Training, train } from './inputs.ts';
import type { PartOptions } from './part.ts';

const WEIGHTS = 'weights.safetensors';

export async function fillDisk({ times, place, tally, isOver }: PartOptions): Promise<void> {
  const disk = place.path('disk');
  await mkdir(disk);
  for (const training of await makeTrainings(place)) {
    const whole = place.path('whole');
    await train(training, whole, place);
    const expected = await readFile(join(whole, WEIGHTS));
    const sizes = await Promise.all((await readdir(whole)).map(async (name) => (await stat(join(whole, name))).size));
    const most = { 'files of at most': Math.max(...sizes), 'a disk of': sizes.reduce((sum, size) => sum + size, 0) };
    for (const [how, bytes] of Object.entries(most)) {
      for (let i = 0; i < times && !isOver(); i++) {
        // A page or a block more than all of it at last.
        const limit = Math.ceil(((bytes + 8192) * (i + 1)) / times / 512);
        const onDisk = how === 'a disk of';
        const folder = onDisk ? join(disk, 'model') : place.path('full');
        await rm(folder, { recursive: true, force: true });
        if (onDisk && !mount(disk, limit * 512)) break;
        const what = `${training.name}, ${how} so many bytes`;
        const before = onDisk ? undefined : `ulimit -f ${limit}`;
        await fillOnce(what, training, folder, before, expected, () => !onDisk || mount(disk, 2 ** 26, 'remount,'), {
          place,
          tally,
        });
        if (onDisk) execFileSync('sh', ['-c', 'umount "$0"', disk]);
      }
    }
  }
}

/** Trains where there is too little room, gives more by `makeRoom`, and goes on. */
async function fillOnce(
  what: string,
  { program, args, resume }: Training,
  folder: string,
  before: string | undefined,
  expected: Buffer,
  makeRoom: () => boolean,
  { place, tally }: Pick<PartOptions, 'place' | 'tally'>,
): Promise<void> {
  const call: Call = { program, args: [...args, '--out', folder], env: place.env, ...(before && { before }) };
  const ended = await run(call);
  const left = await readdir(folder).catch((): string[] => []);
  const halves = left.filter((name) => name.endsWith('.tmp')).map((name) => `${name} is left`);
  const isEqual = async () => (await readFile(join(folder, WEIGHTS)).catch(() => undefined))?.equals(expected) ?? false;
  const others = ended.code === 0 && !(await isEqual()) ? ['other weights'] : [];
  tally.judge(what, call, ended, [...halves, ...others]);
  if (ended.code === 0) return;
  makeRoom();
  const resumes = await holdsModel(folder);
  const again: Call = { program, args: [...(resumes ? resume : args), '--out', folder], env: place.env };
  const { code, stderr } = await run(again);
  const faults = code === 0 && (await isEqual()) ? [] : ['does not end as with room from the beginning'];
  tally.add(`… then with room: ${what}`, `exit ${code}`, faults, `${ended.stderr}\n${again.args.join(' ')}\n${stderr}`);
}

/** Mounts a disk of a size. @returns whether that is allowed here */
function mount(folder: string, bytes: number, how = ''): boolean {
  try {
    execFileSync('sh', ['-c', `mount -t tmpfs -o ${how}size=${bytes} tmpfs "$0"`, folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
