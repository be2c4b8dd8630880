/**
 * Part f: the commands with less of everything: address space, open files, processors, JavaScript's heap, a current
 * folder, a folder for temporary files, shared memory. They run, or say in one line what is missing.
 */
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { type Call, run } from './command.ts';
import { makeTrainings, type Place, trainModels } from './inputs.ts';
import type { PartOptions } from './part.ts';

export async function giveLess({ times, place, tally, isOver }: PartOptions): Promise<void> {
  const trainings = await makeTrainings(place);
  const models = await trainModels(trainings, place);
  const model = (i: number) => ['--model', models[i]!];
  const uses: Pick<Call, 'program' | 'args'>[] = [
    { program: 'lm', args: ['sample', ...model(0), '--length', '20'] },
    { program: 'caption', args: ['describe', place.path('photos', 'p0.jpg')] },
    { program: 'seq', args: ['predict', ...model(2), '--text', 'a fine film'] },
  ];
  const learnt = () => place.path('learnt');
  const work = [...uses, ...trainings.map(({ program, args }) => ({ program, args: [...args, '--out', learnt()] }))];
  for (let i = 0; i < times; i++) {
    for (const [what, lack] of Object.entries(lacks(place))) {
      for (const { program, args } of work) {
        if (isOver()) return;
        await rm(learnt(), { recursive: true, force: true });
        const call: Call = { program, args, ...lack, env: { ...place.env, ...lack.env } };
        const ending = await run(call);
        tally.judge(what, call, ending);
      }
    }
  }
}

const smallMemory = 'mount -t tmpfs -o size=64m tmpfs /dev/shm';

/** What is missing, and how it is taken away. */
function lacks({ path }: Place): Record<string, Partial<Call>> {
  return {
    'address space of 2 GB': { before: 'ulimit -v 2000000' },
    'address space of 4 GB': { before: 'ulimit -v 4000000' },
    'address space of 8 GB': { before: 'ulimit -v 8000000' },
    '24 open files': { before: 'ulimit -n 24' },
    ...(can('taskset', '1', 'true') && { 'one processor': { within: ['taskset', '1'] } }),
    'a heap of 200 MB': { node: ['--max-old-space-size=200'] },
    'no current folder': { before: `mkdir -p ${path('gone')} && cd ${path('gone')} && rmdir ${path('gone')}` },
    'no folder for temporary files': { env: { TMPDIR: path('missing') } },
    'a folder for temporary files that can not be written': { env: { TMPDIR: '/proc' } },
    'a cache that can not be written': { env: { CAPTION_LM_CACHE: '/proc/cache' } },
    'no home': { env: { HOME: '', CAPTION_LM_CACHE: undefined, XDG_CACHE_HOME: '/proc' } },
    ...(can('unshare', '-m', ...smallMemory.split(' ')) && {
      'shared memory of 64 MB': { within: ['unshare', '-m', 'sh', '-c', `${smallMemory} && exec "$@"`, 'sh'] },
    }),
  };
}

function can(file: string, ...args: string[]): boolean {
  try {
    execFileSync(file, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
