/** `report.html` of a model of sequences: what it is worth beside simpler ways, what it takes for what, how it went. */
import { writeFileAtomically } from '../base/files.ts';
import type { Engine } from '../compute/engine.ts';
import { readConfig } from '../model/model-folder.ts';
import { curves } from '../report/curves.ts';
import { type Html, html } from '../report/html.ts';
import { facts, integer, page, percent, reportFile, section, table } from '../report/page.ts';
import { settingsInWords, timeInWords } from '../report/settings.ts';
import { readTrainingLog, type TrainingLog } from '../report/training-log.ts';
import { type SequenceConfig, sequenceConfigSchema } from './config.ts';
import { type Example, isWords } from './data/example.ts';
import { evaluate, type SequenceEvaluation } from './evaluate.ts';
import { type Prediction, SequenceLabeller } from './labeller.ts';

/** Labels that a table of confusions has at most. */
const MOST_LABELS = 20;
/** Mistakes that are shown, and words of each. */
const MISTAKES = 20;
const WORDS = 60;

/** What is measured when the training is over. */
interface Measured {
  parameters: number;
  evaluation: SequenceEvaluation | undefined;
  mistakes: Mistake[];
}

interface Mistake {
  example: Example;
  /** Where in the sequence. */
  step: number;
  said: Prediction;
}

/** Writes the report of a training that is still going on, from what its folder says so far. */
export async function writeSequenceProgress(folder: string): Promise<void> {
  await write(folder, await readConfig(folder, sequenceConfigSchema));
}

/**
 * Writes the report of a trained model.
 *
 * @param validation what it was measured on
 * @throws InputError when a file of the model can't be read, or the report can't be written
 */
export async function writeSequenceReport(
  folder: string,
  validation: readonly Example[],
  engine: Engine,
): Promise<void> {
  const labeller = await SequenceLabeller.load(folder, engine);
  await write(folder, labeller.config, {
    parameters: labeller.model.size,
    evaluation: validation.length > 0 ? evaluate(labeller, validation) : undefined,
    mistakes: isWords(validation[0]?.inputs ?? new Uint8Array()) ? mistakesOf(labeller, validation) : [],
  });
}

/** The mistakes that the model was surest of. */
function mistakesOf(labeller: SequenceLabeller, examples: readonly Example[]): Mistake[] {
  const predictions = labeller.predict(examples.map(({ inputs }) => inputs));
  const mistakes = examples.flatMap((example, i) =>
    (predictions[i] ?? []).flatMap((said, step) =>
      said.label === example.labels[step] ? [] : [{ example, step, said }],
    ),
  );
  return mistakes.sort((a, b) => b.said.probability - a.said.probability).slice(0, MISTAKES);
}

async function write(folder: string, config: SequenceConfig, measured?: Measured): Promise<void> {
  const log = await readTrainingLog(folder);
  await writeFileAtomically(reportFile(folder), sequenceReport(config, log, measured));
}

function sequenceReport(config: SequenceConfig, log: TrainingLog | undefined, measured?: Measured): string {
  const { task, data, labels, scores, shape } = config;
  const { accuracy } = scores;
  const what = `${integer(data.training)} sequences, ${labels.length} labels, ${shape.cell.toUpperCase()} ${shape.layers} × ${shape.hidden}`;
  const lead =
    typeof accuracy === 'number'
      ? html`${what}: <strong>${percent(accuracy)} right</strong> on ${data.split} (${integer(data.validation)} sequences).`
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
    measured?.evaluation && section('Label by label', labelTable(measured.evaluation), confusions(measured.evaluation)),
    measured && measured.mistakes.length > 0 && section('Mistakes it was surest of', measured.mistakes.map(mistakeRow)),
    curve && section('How it went', curve),
    section('What was trained', whatWasTrained(config, log, measured?.parameters)),
  ]);
}

function besides(accuracy: number, { baselines, shape }: SequenceConfig): Html {
  const rows = [[`this ${shape.cell.toUpperCase()}`, accuracy] as const, ...Object.entries(baselines)];
  return html`<p>All learned from the same sequences and were measured on the same others.</p>
${table(
  ['', 'right'],
  rows.map(([name, value]) => [name, percent(value)]),
)}`;
}

function labelTable({ byLabel, macroF1 }: SequenceEvaluation): Html {
  return html`${table(
    ['label', 'count', 'precision', 'recall', 'F1'],
    byLabel.map(({ label, count, precision, recall, f1 }) => [
      label,
      integer(count),
      percent(precision),
      percent(recall),
      percent(f1),
    ]),
  )}<p>The mean of the labels’ F1 is ${percent(macroF1)}.</p>\n`;
}

function confusions({ byLabel, confusion }: SequenceEvaluation): Html | false {
  if (byLabel.length > MOST_LABELS) return false;
  return html`<h3>What was said (across) where what is right (down)</h3>\n${table(
    ['', ...byLabel.map(({ label }) => label)],
    byLabel.map(({ label }, i) => [label, ...(confusion[i] ?? []).map(integer)]),
  )}`;
}

function mistakeRow({ example, step, said }: Mistake): Html {
  const words = isWords(example.inputs) ? example.inputs : [];
  const marked = example.labels.length > 1;
  const shown = words
    .slice(0, WORDS)
    .map((word, t) => (marked && t === step ? html`<strong>${word}</strong> ` : `${word} `));
  return html`<p>${shown}${words.length > WORDS && '…'}<br><span class="soft">said ${said.label} (${percent(said.probability)}), right is ${example.labels[step]}</span></p>\n`;
}

function whatWasTrained(config: SequenceConfig, log: TrainingLog | undefined, parameters: number | undefined): Html {
  const { shape, settings, data, labels, reading } = config;
  const { reads, writes, cell, layers, hidden, bidirectional } = shape;
  const directions = bidirectional ? ', in both directions' : '';
  return facts([
    ['Data', `${data.name}: ${integer(data.training)} sequences`],
    ['Measured on', data.validation > 0 ? `${data.split}: ${integer(data.validation)} sequences` : 'nothing'],
    ['Labels', labels.length > MOST_LABELS ? integer(labels.length) : labels.join(', ')],
    [
      'Read at each step',
      'vectors' in reads
        ? `a vector of ${integer(reads.vectors)} numbers${reading ? ` (${reading})` : ''}`
        : `one of ${integer(reads.vocabulary)} words; those that come less than ${settings.minCount} times are unknown`,
    ],
    ['Written', writes === 'each' ? 'a label at each step' : `one label, from the ${writes} of the steps`],
    ['Model', `${cell.toUpperCase()}, ${layers} layers of ${hidden} units${directions}`],
    ...(parameters === undefined ? [] : [['Parameters', integer(parameters)] as const]),
    ['Batch', `${settings.batch} sequences`],
    ...settingsInWords(settings),
    ...(log ? timeInWords(log, 'labels') : []),
  ]);
}
