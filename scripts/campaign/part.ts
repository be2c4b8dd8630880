/** What each part of the campaign is given. */
import type { Place } from './inputs.ts';
import type { Tally } from './tally.ts';

/** A part tries each of its kinds `times` times with lots drawn from `seed`, and counts what came of it. */
export interface PartOptions {
  times: number;
  seed: number;
  place: Place;
  tally: Tally;
  /** Whether the time that it may take is over: it stops with what it has. */
  isOver(): boolean;
}
