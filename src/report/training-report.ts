/**
 * `report.html` of a training, in one order whatever was trained: what it came to, how it went, what was learned, what
 * simpler ways come to, what was trained. Knows no product: each says what is its own.
 */
import { join } from 'node:path';
import { writeFileAtomically } from '../base/files.ts';
import { curves, type TrainingCurves } from './curves.ts';
import { type Html, type HtmlValue, html } from './html.ts';
import { type Fact, facts, formatInteger, page, section } from './page.ts';
import { type ReportedSettings, settingsInWords, timeInWords } from './settings.ts';
import { readTrainingLog, type TrainingLog } from './training-log.ts';

export interface TrainingReport {
  title: string;
  /** The data and the network in short: "300,000 characters, LSTM 2 × 128". */
  what: string;
  /** How good the model is on held-out data: "1.400 nats per character on …"; undefined where nothing was measured. */
  result: Html | undefined;
  /** Parameters of the model; undefined while the training goes on. */
  parameters: number | undefined;
  /** What the report lacks while the training goes on, as in "when it is over, this page also has …". */
  awaited: string;
  /** What losses and speeds are per: word, character, label. */
  unit: string;
  /** How the log's curves are drawn, beside what the settings say. */
  curves: Pick<TrainingCurves, 'split'> & Partial<Pick<TrainingCurves, 'rewarded' | 'scores' | 'levels'>>;
  /** A remark below the curves. */
  curvesNote?: string;
  /** Sections about what the model does now. */
  learned?: HtmlValue;
  /** What the model wrote as training went on; undefined where it wrote nothing yet. */
  stages?(log: TrainingLog): Html | undefined | Promise<Html | undefined>;
  /** Sections about simpler ways to the same. */
  comparisons?: HtmlValue;
  /** Data and model, for the table of what was trained; parameters, batch, settings and time are added to them. */
  facts: readonly Fact[];
  /** What an update learns from: "128 captions". */
  batch: string;
  settings: ReportedSettings;
  /** Style of the product's own sections, beside the common one. */
  style?: Html;
}

/**
 * Writes the report of a training into its folder, with curves of what the log there says so far.
 *
 * @throws InputError when the file can't be written
 */
export async function writeTrainingReport(folder: string, report: TrainingReport): Promise<void> {
  const log = await readTrainingLog(folder);
  const content = page(report.title, leadOf(report), await sectionsOf(report, log), report.style);
  await writeFileAtomically(join(folder, 'report.html'), content);
}

function leadOf({ what, result, parameters }: TrainingReport): Html {
  const why = parameters === undefined ? ' yet' : ', since nothing was held out for validation';
  return html`${what}: ${result ?? `nothing measured${why}`}.`;
}

async function sectionsOf(report: TrainingReport, log: TrainingLog | undefined): Promise<HtmlValue[]> {
  const { unit, settings, stages, learned, comparisons, parameters, awaited, curvesNote: note } = report;
  const { dropout, smoothing } = settings;
  const drawn =
    log && curves({ log, unit, dropout, smoothing, rewarded: false, scores: [], levels: [], ...report.curves });
  const written = log && (await stages?.(log));
  return [
    parameters === undefined &&
      html`<p class="soft">The training is still going on, or was stopped. When it is over, this page also has ${awaited}.</p>\n`,
    drawn && section('How it went', drawn, note && html`<p class="soft">${note}</p>\n`),
    learned,
    written && section('What it wrote as training went on', written),
    comparisons,
    section('What was trained', facts(factsOf(report, log))),
  ];
}

function factsOf({ facts: own, parameters, batch, settings, unit }: TrainingReport, log?: TrainingLog): Fact[] {
  return [
    ...own,
    ...(parameters === undefined ? [] : [['Parameters', formatInteger(parameters)] as const]),
    ['Batch', batch],
    ...settingsInWords(settings),
    ...(log ? timeInWords(log, `${unit}s`) : []),
  ];
}
