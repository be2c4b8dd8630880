/** Calibrates the captioner in a folder at the end of its training. */
import { runInTurns, type Turns } from '../../base/steps.ts';
import type { Engine } from '../../compute/engine.ts';
import { Captioner } from '../captioner.ts';
import type { CaptionSets } from '../sets.ts';
import { calibrateCaptionerSteps, canCalibrate } from './calibrate.ts';

/**
 * Gives a trained captioner a calibration by the pictures that chose its weights, if there are enough.
 *
 * @param turns can stop it, and nothing is written then
 */
export async function calibrateTrained(
  folder: string,
  sets: CaptionSets,
  engine: Engine,
  turns: Turns = {},
): Promise<void> {
  const captioner = await Captioner.load(folder, engine);
  if (!canCalibrate(captioner, sets.validation)) return;
  await runInTurns(calibrateCaptionerSteps(captioner, sets), turns);
  await captioner.saveConfidence(folder);
}
