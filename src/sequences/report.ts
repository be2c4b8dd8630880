/**
 * `report.html` of a model of sequences: what it takes for what, and simpler ways beside it. How a report is made up is in
 * report/training-report.ts.
 */
import type { Turns } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import { readConfig } from '../model/model-folder.ts';
import { type Html, type HtmlValue, html } from '../report/html.ts';
import { type Fact, formatInteger, formatPercent, htmlTable, section } from '../report/page.ts';
import { networkInShort, networkInWords } from '../report/settings.ts';
import { type TrainingReport, writeTrainingReport } from '../report/training-report.ts';
import type { DataSplit } from '../training/split.ts';
import { type SequenceConfig, sequenceConfigSchema } from './config.ts';
import type { SequenceExample } from './data/example.ts';
import { evaluationSections, MOST_LABELS } from './evaluation-report.ts';
import { SequenceLabeller } from './labeller.ts';

/** What is measured when the training is over. */
interface Measured {
  parameters: number;
  /** What came of it, section by section; none where nothing was kept to measure on. */
  sections: HtmlValue;
}

/** Writes the report of a training that is still going on, from what its folder says so far. */
export async function writeSequenceProgress(folder: string): Promise<void> {
  await writeTrainingReport(folder, sequenceReport(await readConfig(folder, sequenceConfigSchema)));
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
  const sections = validation.length > 0 && (await evaluationSections(labeller, validation, turns)).sections;
  await writeTrainingReport(folder, sequenceReport(labeller.config, { parameters: labeller.model.size, sections }));
}

function sequenceReport(config: SequenceConfig, measured?: Measured): TrainingReport {
  const { task, data, labels, scores, shape, settings } = config;
  const { accuracy } = scores;
  const known = typeof accuracy === 'number';
  return {
    title: `${task === 'tag' ? 'Tags' : 'Classes'} of ${data.name}`,
    what: `${formatInteger(data.training)} sequences, ${labels.length} labels, ${networkInShort(shape)}`,
    result: known
      ? html`<strong>${formatPercent(accuracy)} right</strong> on ${data.split} (${formatInteger(data.validation)} sequences)`
      : undefined,
    parameters: measured?.parameters,
    awaited: 'figures for each label, and mistakes',
    unit: 'label',
    curves: { split: data.split, scores: [{ name: 'accuracy', score: 'accuracy', factor: 1 }] },
    learned: measured?.sections,
    comparisons: known && section('Beside simpler ways', besides(accuracy, config)),
    facts: factsOf(config),
    batch: `${settings.batch} sequences`,
    settings,
  };
}

function besides(accuracy: number, { baselines, shape }: SequenceConfig): Html {
  const rows = [[`this ${shape.cell.toUpperCase()}`, accuracy] as const, ...Object.entries(baselines)];
  return html`<p>All learned from the same sequences and were measured on the same others.</p>
${htmlTable(
  ['', 'right'],
  rows.map(([name, value]) => [name, formatPercent(value)]),
  'compared',
)}`;
}

function factsOf(config: SequenceConfig): Fact[] {
  const { shape, data, labels } = config;
  const { writes, bidirectional } = shape;
  return [
    ['Data', `${data.name}: ${formatInteger(data.training)} sequences`],
    ['Measured on', data.validation > 0 ? `${data.split}: ${formatInteger(data.validation)} sequences` : 'nothing'],
    ['Labels', labels.length > MOST_LABELS ? formatInteger(labels.length) : labels.join(', ')],
    ['Read at each step', readInWords(config)],
    ['Written', writes === 'each' ? 'a label at each step' : `one label, from the ${writes} of the steps`],
    ['Model', `${networkInWords(shape)}${bidirectional ? ', in both directions' : ''}`],
  ];
}

function readInWords({ shape: { reads }, reading, cnn, settings }: SequenceConfig): string {
  if ('vectors' in reads && cnn) return `a picture's features by the CNN, ${formatInteger(reads.vectors)} numbers`;
  if ('vectors' in reads) return `a vector of ${formatInteger(reads.vectors)} numbers${reading ? ` (${reading})` : ''}`;
  if ('glimpses' in reads) {
    const { rows, columns } = reads.picture;
    return `one of ${reads.glimpses} glimpses of a picture of ${rows} × ${columns} pixels, a quarter of it at most`;
  }
  return `one of ${formatInteger(reads.vocabulary)} words; those that come less than ${settings.minCount} times are unknown`;
}
