/** Progress on stderr: one line that is rewritten on a terminal, elsewhere a line now and then. */
import type { LeftOut } from '../base/walk.ts';
import type { TrainingEvent, UpdateReport, ValidationReport } from '../training/events.ts';
import type { Validation } from '../training/task.ts';
import type { ExtractionEvents } from '../vision/cached-features.ts';
import { printable, printableLines } from './printable.ts';

/** Least milliseconds between two lines of progress. */
const INTERVALS = { terminal: 200, file: 10_000 };

/** Whether a line of progress stands on the terminal, which is one, however many `Status` there are. */
let isOpen = false;

/** Wipes the line of progress, if one stands on the terminal: before anything else is written there. */
export function wipeProgress(): void {
  if (isOpen) process.stderr.write('\r\u001b[K');
  isOpen = false;
}

/** The lines that a command writes to stderr. */
export class Status {
  readonly #quiet: boolean;
  readonly #terminal = process.stderr.isTTY === true;
  #last = 0;

  constructor(quiet = false) {
    this.#quiet = quiet;
  }

  /** Shows how far the work is, unless that was shown just now. */
  update(text: () => string): void {
    const now = performance.now();
    if (this.#quiet || now - this.#last < (this.#terminal ? INTERVALS.terminal : INTERVALS.file)) return;
    this.#last = now;
    const line = printable(text());
    process.stderr.write(
      this.#terminal ? `\r\u001b[K${line.slice(0, (process.stderr.columns || 80) - 1)}` : `${line}\n`,
    );
    isOpen = this.#terminal;
  }

  /** Writes what stays, a line or several, unless the command is to be quiet. */
  say(text: string): void {
    if (this.#quiet) return;
    wipeProgress();
    process.stderr.write(`${printableLines(text)}\n`);
  }

  /** Says that a file or a folder that was asked for is there. */
  sayWritten(path: string): void {
    this.say(`written: ${printable(path)}`);
  }

  /** Writes a line that must be seen even with --quiet. */
  warn(text: string): void {
    wipeProgress();
    process.stderr.write(`${printable(text)}\n`);
  }

  /** Says what was left out of folders, with the names where they are asked for. */
  sayLeftOut(leftOut: LeftOut, verbose = false): void {
    const words = leftOut.inWords();
    if (words === undefined) return;
    this.say(`left out: ${words}${verbose ? '' : ' (--verbose names them)'}`);
    if (verbose) this.sayPaths(leftOut);
  }

  /** Names what was left out, a line each. */
  sayPaths({ paths }: LeftOut): void {
    for (const path of paths) this.say(`  ${printable(path)}`);
  }
}

/** Shows the events of a training. @param unit of its speed: words, characters */
export function showTraining(status: Status, unit: string): (event: TrainingEvent) => void {
  return (event) => {
    if (event.type === 'update') {
      status.update(() => describeUpdate(event, unit));
    } else if (event.type === 'validation') {
      status.say(describeValidation(event));
      for (const sample of event.samples) status.say(indent(sample));
    } else if (event.type === 'validating') {
      showShare(status, 'validating')(event.share);
    } else if (event.type === 'sample') {
      const loss = event.loss === undefined ? '' : `, loss ${event.loss.toFixed(3)}`;
      status.say(`after ${event.iteration} updates${loss}, it writes`);
      for (const sample of event.samples) status.say(indent(sample));
    } else {
      status.say(`stopped early: ${event.reason}`);
    }
  };
}

/** Shows the share of some work that is done. */
export function showShare(status: Status, work: string): (share: number) => void {
  return (share) => status.update(() => `${work}, ${Math.floor(100 * share)} %`);
}

/** What is kept of an extraction that was stopped. */
export const FEATURES_STAY = 'the features that were computed stay in the cache';

/**
 * Shows how pictures become features, and says what is kept when `signal` stops that.
 *
 * @param signal none for a command that says itself that it was stopped
 * @param begun whether there are pictures for sure; else that is known when the first of them are seen
 */
export function showExtraction(status: Status, signal?: AbortSignal, { begun = false } = {}): ExtractionEvents {
  const start = performance.now();
  let underWay = begun;
  const onStop = () => underWay && status.say(`stopped; ${FEATURES_STAY}`);
  signal?.addEventListener('abort', onStop, { once: true });
  return {
    signal,
    onSkip: (message) => status.warn(message),
    onProgress({ done, computed }, total) {
      underWay = done < total;
      const seconds = (performance.now() - start) / 1000;
      status.update(() => {
        const left = computed > 0 ? `  ${describeSeconds(((total - done) * seconds) / computed)} left` : '';
        return `features of ${done}/${total} pictures${left}`;
      });
    },
  };
}

function describeUpdate(report: UpdateReport, unit: string): string {
  const { iteration, iterations, epoch, loss, tokensPerSecond, secondsLeft } = report;
  const speed = Math.round(tokensPerSecond).toLocaleString('en');
  return (
    `${iteration}/${iterations}  epoch ${epoch.toFixed(2)}  loss ${loss.toFixed(3)}  ` +
    `${speed} ${unit}/s  ${describeSeconds(secondsLeft)} left`
  );
}

/** Scores of captions that a line has no room for; all are in log.jsonl. */
const ONLY_IN_LOG = new Set([
  'bleu2',
  'bleu3',
  'ciderPlain',
  'lengthRatio',
  'distinct1',
  'distinct2',
  'distinctCaptions',
  'vocabulary',
  'meanLength',
]);

function describeValidation({ epoch, trainingLoss, scores, datasets, best }: ValidationReport & Validation): string {
  const loss = trainingLoss === null ? '' : `  training loss ${trainingLoss.toFixed(3)}`;
  const figures = figuresOf(scores);
  if (figures === '') return `epoch ${epoch.toFixed(2)}${loss}`;
  const all = `epoch ${epoch.toFixed(2)}${loss}  ${whatOf(datasets)}: ${figures}${best ? '  (best)' : ''}`;
  const ofEach = Object.entries(datasets ?? {}).map(([name, ofDataset]) => `  ${name}: ${figuresOf(ofDataset)}`);
  return ofEach.length > 1 ? [all, ...ofEach].join('\n') : all;
}

/** What the scores of a validation are of. */
function whatOf(datasets: Validation['datasets'] = {}): string {
  const [first, ...others] = Object.keys(datasets);
  if (first === undefined) return 'validation';
  return others.length > 0 ? 'validation, mean' : `validation on ${first}`;
}

function figuresOf(scores: Readonly<Record<string, number>>): string {
  const shown = Object.entries(scores).filter(([name]) => !ONLY_IN_LOG.has(name));
  return shown.map(([name, value]) => `${name} ${value.toFixed(3)}`).join('  ');
}

/** '45 s', '3 min 20 s', '2 h 5 min'. */
export function describeSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '    | ');
}
