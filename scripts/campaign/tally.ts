/** Counts what the campaign has tried, tells of faults as they are found, and keeps the figures of its end. */
import { type Call, type Ending, faultsOf, type Limits } from './command.ts';

/** What was tried of one kind. */
export interface Row {
  what: string;
  tried: number;
  faults: number;
  /** How the tries ended, each with how often. */
  endings: Map<string, number>;
  /** The most seconds and MiB that one took. */
  seconds: number;
  peak: number;
}

export class Tally {
  readonly rows = new Map<string, Row>();

  /** The faults of all kinds. */
  get faults(): number {
    return [...this.rows.values()].reduce((sum, { faults }) => sum + faults, 0);
  }

  /**
   * Counts a try.
   *
   * @param what its kind
   * @param ending how it came out, in a word
   * @param faults what is wrong with that
   * @param told beside the faults, so that they can be made again
   */
  add(what: string, ending: string, faults: readonly string[], told: string, { seconds = 0, peak = 0 } = {}): void {
    const row = this.rows.get(what) ?? { what, tried: 0, faults: 0, endings: new Map(), seconds: 0, peak: 0 };
    this.rows.set(what, row);
    row.tried++;
    row.endings.set(ending, (row.endings.get(ending) ?? 0) + 1);
    row.seconds = Math.max(row.seconds, seconds);
    row.peak = Math.max(row.peak, peak);
    if (faults.length === 0) return;
    row.faults++;
    console.log(`FAULT  ${what}: ${faults.join(', ')}\n${told.replaceAll(/^/gm, '    ')}`);
  }

  /** Counts a command by what is wrong with how it ended, and `further` faults. @returns whether all was right */
  judge(
    what: string,
    { program, args, before }: Call,
    ending: Ending,
    further: readonly string[] = [],
    limits?: Limits,
  ): boolean {
    const faults = [...faultsOf(program, ending, limits), ...further];
    const command = [...(before ? [`${before};`] : []), program, ...args].join(' ');
    const said = ending.stderr.length > SAID ? `… ${ending.stderr.slice(-SAID)}` : ending.stderr;
    const told = `${command}\n${said.trimEnd()}`;
    this.add(what, ending.signal ?? `exit ${ending.code}`, faults, told, ending);
    return faults.length === 0;
  }

  /** The figures as a table of Markdown. */
  toString(): string {
    const lines = [...this.rows.values()].map(({ what, tried, faults, endings, seconds, peak }) => {
      const how = [...endings].sort(([a], [b]) => a.localeCompare(b)).map(([ending, count]) => `${count} ${ending}`);
      const most = [seconds > 0 && `${seconds.toFixed(1)} s`, peak > 0 && `${peak.toFixed(0)} MiB`].filter(Boolean);
      return `| ${what} | ${tried} | ${how.join(', ')} | ${most.join(', ')} | ${faults} |`;
    });
    return ['| what | tried | ended | most | faults |', '|---|---|---|---|---|', ...lines].join('\n');
  }
}

/** Characters of what a command said that are told. */
const SAID = 1200;
