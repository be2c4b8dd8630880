/**
 * Part g: short commands that end while their threads may still be starting, beside a processor that is kept busy. None may
 * end by a signal: a thread that still loads a native library when its process leaves would abort it.
 */
import { writeFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { run } from './command.ts';
import { makeTrainings, textOf, train } from './inputs.ts';
import type { PartOptions } from './part.ts';

/** Exit code and limits of a command that does its work. */
const DONE = { codes: [0], seconds: 30, peak: 1024 };

export async function leaveOften({ times, place, tally, isOver }: PartOptions): Promise<void> {
  const [text, captioner] = await makeTrainings(place);
  const [textModel, captioningModel] = [place.path('text-model'), place.path('captioner')];
  await train(text!, textModel, place);
  await train(captioner!, captioningModel, place);
  await writeFile(place.path('short.txt'), textOf(5));
  const calls = [
    { program: 'lm', args: ['score', '--model', textModel, place.path('short.txt')] },
    {
      program: 'caption',
      args: ['describe', place.path('photos', 'p0.jpg'), '--model', captioningModel, '--beam', '1'],
    },
  ] as const;
  const busy = new Worker('for (;;);', { eval: true });
  try {
    for (let i = 0; i < times && !isOver(); i++) {
      for (const call of calls) {
        const placed = { ...call, env: place.env };
        tally.judge(`${call.program} ${call.args[0]}`, placed, await run(placed), [], DONE);
      }
    }
  } finally {
    await busy.terminate();
  }
}
