/** Calibrates a captioner at the end of its training. */
import { runInTurns, type Turns } from '../../base/steps.ts';
import type { Captioner } from '../captioner.ts';
import type { CaptionSets } from '../sets.ts';
import { calibrateCaptionerSteps, canCalibrate } from './calibrate.ts';

/**
 * Gives a trained captioner a calibration by the pictures that chose its weights, if there are enough, and saves it.
 *
 * @param captioner what is in the folder
 * @param turns can stop it, and nothing is written then
 */
export async function calibrateTrained(
  folder: string,
  captioner: Captioner,
  sets: CaptionSets,
  turns: Turns = {},
): Promise<void> {
  if (!canCalibrate(captioner, sets.validation)) return;
  await runInTurns(calibrateCaptionerSteps(captioner, sets), turns);
  await captioner.saveConfidence(folder);
}
