/**
 * What a model of sequences is worth, as a page of its own and as a part of its training's report: figures for each label,
 * mistakes, where the model looked. Knows nothing of training.
 */
import { basename, dirname } from 'node:path';
import { writeFileAtomically } from '../base/files.ts';
import { runInTurns, type Turns } from '../base/steps.ts';
import type { GlimpseReader } from '../nn/glimpse-reader.ts';
import { filmStrip } from '../report/film-strip.ts';
import { glimpsePaths } from '../report/glimpse-paths.ts';
import { type Html, type HtmlValue, html } from '../report/html.ts';
import { drawing, formatInteger, formatPercent, htmlTable, page, section } from '../report/page.ts';
import { isWords, type SequenceData, type SequenceExample } from './data/example.ts';
import { measurePredictionsSteps, type SequenceEvaluation } from './evaluate.ts';
import { lookAt } from './glimpses.ts';
import type { Prediction, SequenceLabeller } from './labeller.ts';

/** Labels that a table of confusions has at most. */
export const MOST_LABELS = 20;
/** Letters of all labels together that have room beside one another on narrow screens. */
const LETTERS = 40;
/** Mistakes that are shown, and words of each. */
const MISTAKES = 20;
const WORDS = 60;
/** Pictures of each label whose glimpses are shown, and of those that were taken for another one. */
const LOOKED_AT = 1;
const MISTAKEN = 5;
/** Clips that are shown whatever was predicted, and as many of the others with the most mistakes. */
const CLIPS = 3;

/** What was predicted at each step of each sequence. */
type Predictions = readonly (readonly Prediction[])[];

interface Mistake {
  example: SequenceExample;
  /** Where in the sequence. */
  step: number;
  predicted: Prediction;
}

/**
 * Measures a model and writes what came of it.
 *
 * @throws InputError when a label was never seen in training, or the file can't be written
 */
export async function writeSequenceEvaluation(
  file: string,
  labeller: SequenceLabeller,
  { name, examples }: SequenceData,
  turns: Turns = {},
): Promise<SequenceEvaluation> {
  const { evaluation, sections } = await evaluationSections(labeller, examples, turns);
  const lead = html`<strong>${formatPercent(evaluation.accuracy)} right</strong> of ${formatInteger(evaluation.labels)} labels, loss ${evaluation.loss.toFixed(4)}.`;
  const title = `${labeller.config.task === 'tag' ? 'Tags' : 'Classes'} of ${name}`;
  await writeFileAtomically(file, page(title, lead, [sections]));
  return evaluation;
}

/** What a model is worth on sequences, and the sections of a page that say so. */
export async function evaluationSections(
  labeller: SequenceLabeller,
  examples: readonly SequenceExample[],
  turns: Turns = {},
): Promise<{ evaluation: SequenceEvaluation; sections: HtmlValue }> {
  const { evaluation, predictions } = await runInTurns(measurePredictionsSteps(labeller, examples), turns);
  const looker = labeller.model.reader.glimpses;
  return {
    evaluation,
    sections: [
      section('Label by label', labelTable(evaluation), confusions(evaluation)),
      labeller.coder.vocabulary && mistakesInWords(examples, predictions),
      looker && (await glimpses(looker, labeller, examples, predictions)),
      labeller.config.task === 'tag' && (await clips(examples, predictions)),
    ],
  };
}

/** The mistakes that the model was surest of. */
function mistakesOf(examples: readonly SequenceExample[], predictions: Predictions): Mistake[] {
  const mistakes = examples.flatMap((example, i) =>
    predictions[i]!.flatMap((predicted, step) =>
      predicted.label === example.labels[step] ? [] : [{ example, step, predicted }],
    ),
  );
  return mistakes.sort((a, b) => b.predicted.probability - a.predicted.probability).slice(0, MISTAKES);
}

/** Where the network looked, if it chose that itself: at pictures of each label, and at those that it mistook. */
async function glimpses(
  { count, points }: GlimpseReader,
  labeller: SequenceLabeller,
  examples: readonly SequenceExample[],
  predictions: Predictions,
): Promise<Html> {
  const paths = async (title: string, shown: readonly SequenceExample[]) => {
    const pictures = shown.map((example) => lookAt(labeller, example));
    return drawing(await glimpsePaths(title, pictures));
  };
  const ofLabels = labeller.coder.labels
    .toSorted()
    .slice(0, MOST_LABELS)
    .flatMap((label) => examples.filter(({ labels }) => labels[0] === label).slice(0, LOOKED_AT));
  const mistaken = mistakesOf(examples, predictions).slice(0, MISTAKEN);
  return section(
    'Where it looked',
    html`<p>${count} glimpses of each picture, from the first (blue) to the last (red); each sees what is in its frame, a quarter of the picture, at ${points} × ${points} points.</p>
${await paths('A picture of each label, with the paths of the glimpses', ofLabels)}`,
    mistaken.length > 0 &&
      html`<h3>Mistakes it was surest of</h3>\n${await paths(
        'Mistaken pictures, with the paths of the glimpses',
        mistaken.map(({ example }) => example),
      )}`,
  );
}

/** Clips, with the label predicted for each of their frames. */
async function clips(examples: readonly SequenceExample[], predictions: Predictions): Promise<Html | false> {
  const labelled = examples.flatMap(({ pictures, labels }, i) => {
    if (!pictures) return [];
    const frames = pictures.map((file, t) => ({ file, predicted: predictions[i]![t]!.label, correct: labels[t] }));
    return [{ frames, mistakes: frames.filter((frame) => frame.predicted !== frame.correct).length }];
  });
  if (labelled.length === 0) return false;
  const strips = (shown: typeof labelled) =>
    Promise.all(
      shown.map(async ({ frames, mistakes }) => {
        const name = basename(dirname(frames[0]!.file));
        const strip = drawing(await filmStrip(`Frames of ${name}`, frames));
        return html`<h4>${name}: ${mistakes} of ${frames.length} wrong</h4>\n${strip}`;
      }),
    );
  const [shown, others] = [labelled.slice(0, CLIPS), labelled.slice(CLIPS)];
  const worst = others.filter(({ mistakes }) => mistakes > 0).sort((a, b) => b.mistakes - a.mistakes);
  return section(
    'Clips, frame by frame',
    html`<p>The label predicted for each frame; where it is wrong, in red, with the correct one in brackets.</p>\n`,
    await strips(shown),
    worst.length > 0 && html`<h3>Others with the most mistakes</h3>\n${await strips(worst.slice(0, CLIPS))}`,
  );
}

function labelTable({ byLabel, macroF1 }: SequenceEvaluation): Html {
  return html`${htmlTable(
    ['label', 'count', 'precision', 'recall', 'F1'],
    byLabel.map(({ label, count, precision, recall, f1 }) => [
      label,
      formatInteger(count),
      formatPercent(precision),
      formatPercent(recall),
      formatPercent(f1),
    ]),
  )}<p>The mean of the labels’ F1 is ${formatPercent(macroF1)}.</p>\n`;
}

function confusions({ byLabel, confusion }: SequenceEvaluation): Html | false {
  if (byLabel.length > MOST_LABELS) return false;
  const labels = byLabel.map(({ label }) => label);
  return html`<h3>Confusion matrix: predicted labels across, correct ones down</h3>\n${htmlTable(
    ['', ...labels],
    labels.map((label, i) => [label, ...confusion[i]!.map(formatInteger)]),
    labels.join('').length > LETTERS ? 'upright' : 'plain',
  )}`;
}

function mistakesInWords(examples: readonly SequenceExample[], predictions: Predictions): Html | false {
  const mistakes = mistakesOf(examples, predictions);
  return mistakes.length > 0 && section('Mistakes it was surest of', mistakes.map(mistakeRow));
}

function mistakeRow({ example, step, predicted }: Mistake): Html {
  const words = isWords(example.inputs) ? example.inputs : [];
  const marked = example.labels.length > 1;
  const shown = words
    .slice(0, WORDS)
    .map((word, t) => (marked && t === step ? html`<strong>${word}</strong> ` : `${word} `));
  return html`<p>${shown}${words.length > WORDS && '…'}<br><span class="soft">predicted ${predicted.label} (${formatPercent(predicted.probability)}), correct is ${example.labels[step]}</span></p>\n`;
}
