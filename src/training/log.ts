/** `log.jsonl`, a training's log: a line for every validation, sample and hundredth update. */
import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../base/files.ts';
import type { TrainingEvent } from './events.ts';

/** Updates between two lines of the training loss. */
const INTERVAL = 100;

/**
 * Opens the log in a folder.
 *
 * @param from updates done so far; what a killed run has logged after them is removed
 * @returns the function that logs an event
 * @throws InputError when the file can't be written
 */
export async function openLog(folder: string, from: number): Promise<(event: TrainingEvent) => void> {
  const file = join(folder, 'log.jsonl');
  const kept = from === 0 ? [] : (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(isBefore(from));
  await writeFileAtomically(file, kept.map((line) => `${line}\n`).join(''));

  return (event) => {
    if (event.type === 'stopped' || event.type === 'validating') return;
    if (event.type === 'update' && event.iteration % INTERVAL !== 0) return;
    try {
      appendFileSync(file, `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
    } catch {
      // A full disk must not end a training that may still save its weights later.
    }
  };
}

function isBefore(iteration: number) {
  return (line: string) => {
    try {
      return JSON.parse(line).iteration <= iteration;
    } catch {
      return false; // half a line, of a run that was killed
    }
  };
}
