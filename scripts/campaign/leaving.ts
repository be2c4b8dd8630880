/**
 * Part g: short commands that end while their threads may still be starting, beside a processor that is kept busy. None may
 * end by a signal: a thread that still loads a native library when its process leaves would abort it.
 */
import { writeFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { limits, run } from './command.ts';
import { makeTrainings, textOf, trainModels } from './inputs.ts';
import type { PartOptions } from './part.ts';

export async function leaveOften({ times, place, tally, isOver }: PartOptions): Promise<void> {
  const trainings = (await makeTrainings(place)).slice(0, 2);
  const [text, captioner] = (await trainModels(trainings, place)) as [string, string];
  await writeFile(place.path('short.txt'), textOf(5));
  const calls = [
    { program: 'lm', args: ['score', '--model', text, place.path('short.txt')] },
    {
      program: 'caption',
      args: ['describe', place.path('photos', 'p0.jpg'), '--model', captioner, '--beam', '1'],
    },
  ] as const;
  const busy = new Worker('for (;;);', { eval: true });
  try {
    for (let i = 0; i < times && !isOver(); i++) {
      for (const call of calls) {
        const placed = { ...call, env: place.env };
        tally.judge(`${call.program} ${call.args[0]}`, placed, await run(placed), [], { ...limits, codes: [0] });
      }
    }
  } finally {
    await busy.terminate();
  }
}
