/** `report.html` of a model of sequences: what it is worth beside simpler ways, what it takes for what, how it went. */

import { writeFileAtomically } from '../base/files.ts';
import type { Turns } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import { readConfig } from '../model/model-folder.ts';
import { curves } from '../report/curves.ts';
import { type Html, type HtmlValue, html } from '../report/html.ts';
import { facts, formatInteger, formatPercent, page, reportFile, section, table } from '../report/page.ts';
import { settingsInWords, timeInWords } from '../report/settings.ts';
import { readTrainingLog, type TrainingLog } from '../report/training-log.ts';
import type { DataSplit } from '../training/split.ts';
import { type SequenceConfig, sequenceConfigSchema } from './config.ts';
import type { SequenceExample } from './data/example.ts';
import { evaluationSections, MOST_LABELS } from './evaluation-report.ts';
import { SequenceLabeller } from './labeller.ts';

/** What is measured when the training is over. */
interface Measured {
  parameters: number;
  /** What it came to, section by section; none where nothing was kept to measure on. */
  sections: HtmlValue;
}

/** Writes the report of a training that is still going on, from what its folder says so far. */
export async function writeSequenceProgress(folder: string): Promise<void> {
  await write(folder, await readConfig(folder, sequenceConfigSchema));
}

/**
 * Writes the report of a trained model.
 *
 * @param data what it was measured on
 * @param turns told how far it is; can stop it, and nothing is written then
 * @throws InputError when a file of the model can't be read, or the report can't be written
 */
export async function writeSequenceReport(
  folder: string,
  { validation }: Pick<DataSplit<SequenceExample>, 'validation'>,
  engine: Engine,
  turns: Turns = {},
): Promise<void> {
  const labeller = await SequenceLabeller.load(folder, engine);
  await write(folder, labeller.config, {
    parameters: labeller.model.size,
    sections: validation.length > 0 && (await evaluationSections(labeller, validation, turns)).sections,
  });
}

async function write(folder: string, config: SequenceConfig, measured?: Measured): Promise<void> {
  const log = await readTrainingLog(folder);
  await writeFileAtomically(reportFile(folder), sequenceReport(config, log, measured));
}

function sequenceReport(config: SequenceConfig, log: TrainingLog | undefined, measured?: Measured): string {
  const { task, data, labels, scores, shape } = config;
  const { accuracy } = scores;
  const what = `${formatInteger(data.training)} sequences, ${labels.length} labels, ${shape.cell.toUpperCase()} ${shape.layers} × ${shape.hidden}`;
  const lead =
    typeof accuracy === 'number'
      ? html`${what}: <strong>${formatPercent(accuracy)} right</strong> on ${data.split} (${formatInteger(data.validation)} sequences).`
      : `${what}: nothing measured.`;
  const curve =
    log &&
    curves({
      log,
      unit: 'label',
      split: data.split,
      dropout: config.settings.dropout,
      smoothing: config.settings.smoothing,
      rewarded: false,
      scores: [{ name: 'accuracy', score: 'accuracy', factor: 1 }],
      levels: [],
    });
  return page(`${task === 'tag' ? 'Tags' : 'Classes'} of ${data.name}`, lead, [
    !measured && html`<p class="soft">The training is still going on, or was stopped.</p>\n`,
    typeof accuracy === 'number' && section('Beside simpler ways', besides(accuracy, config)),
    measured?.sections,
    curve && section('How it went', curve),
    section('What was trained', whatWasTrained(config, log, measured?.parameters)),
  ]);
}

function besides(accuracy: number, { baselines, shape }: SequenceConfig): Html {
  const rows = [[`this ${shape.cell.toUpperCase()}`, accuracy] as const, ...Object.entries(baselines)];
  return html`<p>All learned from the same sequences and were measured on the same others.</p>
${table(
  ['', 'right'],
  rows.map(([name, value]) => [name, formatPercent(value)]),
)}`;
}

function whatWasTrained(config: SequenceConfig, log: TrainingLog | undefined, parameters: number | undefined): Html {
  const { shape, settings, data, labels } = config;
  const { writes, cell, layers, hidden, bidirectional } = shape;
  const directions = bidirectional ? ', in both directions' : '';
  return facts([
    ['Data', `${data.name}: ${formatInteger(data.training)} sequences`],
    ['Measured on', data.validation > 0 ? `${data.split}: ${formatInteger(data.validation)} sequences` : 'nothing'],
    ['Labels', labels.length > MOST_LABELS ? formatInteger(labels.length) : labels.join(', ')],
    ['Read at each step', readInWords(config)],
    ['Written', writes === 'each' ? 'a label at each step' : `one label, from the ${writes} of the steps`],
    ['Model', `${cell.toUpperCase()}, ${layers} layers of ${hidden} units${directions}`],
    ...(parameters === undefined ? [] : [['Parameters', formatInteger(parameters)] as const]),
    ['Batch', `${settings.batch} sequences`],
    ...settingsInWords(settings),
    ...(log ? timeInWords(log, 'labels') : []),
  ]);
}

function readInWords({ shape: { reads }, reading, cnn, settings }: SequenceConfig): string {
  if ('vectors' in reads && cnn) return `what the CNN says of a picture, ${formatInteger(reads.vectors)} numbers`;
  if ('vectors' in reads) return `a vector of ${formatInteger(reads.vectors)} numbers${reading ? ` (${reading})` : ''}`;
  if ('glimpses' in reads) {
    const { rows, columns } = reads.picture;
    return `one of ${reads.glimpses} glimpses of a picture of ${rows} × ${columns} pixels, a quarter of it at most`;
  }
  return `one of ${formatInteger(reads.vocabulary)} words; those that come less than ${settings.minCount} times are unknown`;
}
