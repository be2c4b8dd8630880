/** The trainings that there are and which of them are drawn, with all that is known of those. Knows no view. */
import type { RunAnswer } from '../../server/api.ts';
import type { BackEnd } from '../back-end.ts';
import { type KnownRun, withNew } from './run-data.ts';

export class WatchedRuns {
  /** Those that there are, the latest first. */
  listed: readonly RunAnswer[] = [];
  /** What was read of those that were ever drawn. */
  readonly known = new Map<string, KnownRun>();
  /** The colours of the trainings that are drawn, which they keep. */
  readonly colours = new Map<string, number>();
  /** The one whose samples and settings are shown; at first the latest, which is drawn too. */
  detailed: string | undefined;
  readonly #runs: NonNullable<BackEnd['runs']>;
  #begun = false;

  constructor(runs: NonNullable<BackEnd['runs']>) {
    this.#runs = runs;
  }

  /** Those that are drawn, as far as something is known of them. */
  get drawn(): { run: KnownRun; colour: number }[] {
    return [...this.colours].flatMap(([id, colour]) => {
      const run = this.known.get(id);
      return run ? [{ run, colour }] : [];
    });
  }

  setDrawn(id: string, isDrawn: boolean): void {
    if (!isDrawn) this.colours.delete(id);
    else if (!this.colours.has(id)) this.colours.set(id, leastFree(new Set(this.colours.values())));
  }

  /** Asks which trainings there are, and for what is new of those that are drawn. @throws what the back end does */
  async look(signal: AbortSignal): Promise<void> {
    this.listed = await this.#runs.list(signal);
    const [latest] = this.listed;
    if (!this.#begun && latest) {
      this.#begun = true;
      this.detailed = latest.id;
      this.setDrawn(latest.id, true);
    }
    for (const { id, updated } of this.listed) {
      const before = this.known.get(id);
      if (!this.colours.has(id) || before?.updated === updated) continue;
      const news = await this.#runs.read(id, before?.last ?? -1, signal);
      const now = withNew(before, news) ?? withNew(undefined, await this.#runs.read(id, -1, signal));
      if (now) this.known.set(id, now);
    }
  }
}

function leastFree(taken: ReadonlySet<number>): number {
  let colour = 0;
  while (taken.has(colour)) colour++;
  return colour;
}
