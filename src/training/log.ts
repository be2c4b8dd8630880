import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../base/files.ts';
import type { TrainingEvent } from './trainer.ts';

/** Updates between two lines about the training loss. */
const INTERVAL = 100;

/**
 * Keeps `log.jsonl`: a line for every validation and for every hundredth update.
 *
 * @param from updates that were done before; what a killed run logged after them is taken out
 */
export async function openLog(folder: string, from: number) {
  const file = join(folder, 'log.jsonl');
  const kept = from === 0 ? [] : (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(isBefore(from));
  await writeFileAtomically(file, kept.map((line) => `${line}\n`).join(''));
  let writing = Promise.resolve();

  return {
    write(event: TrainingEvent): void {
      if (event.type === 'stopped' || (event.type === 'update' && event.iteration % INTERVAL !== 0)) return;
      const line = `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`;
      // A full disk must not end a training that can still save its weights later: the log is the least of it.
      writing = writing.then(() => appendFile(file, line)).catch(() => {});
    },
    /** Resolves when all lines are written. */
    close: () => writing,
  };
}

function isBefore(iteration: number) {
  return (line: string) => {
    try {
      return JSON.parse(line).iteration <= iteration;
    } catch {
      return false; // half a line, from a kill
    }
  };
}
