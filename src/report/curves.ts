/** How a training went: its curves, and what they mean in words. Knows no model: losses, scores and units are given. */
import { type Html, html } from './html.ts';
import { lineChart, type Point } from './line-chart.ts';
import type { LoggedValidation, TrainingLog } from './training-log.ts';

export interface TrainingCurves {
  log: TrainingLog;
  /** What a loss is measured per: word, character. */
  unit: string;
  /** What is validated on, as in "measured on …". */
  split: string;
  /** Probability that a value was dropped, share of label smoothing: what sets the training loss apart. */
  dropout: number;
  smoothing: number;
  /** Whether the training raised a score rather than lowered the loss, so that what it logged is a negative reward. */
  rewarded: boolean;
  /** Scores that are drawn, by their names in the log, with a factor. */
  scores: readonly { name: string; score: string; factor: number }[];
  /** Losses of other models to compare with. */
  levels: readonly { name: string; value: number }[];
}

/**
 * Charts of the losses and the scores, of each of several datasets too, and the gap between training and validation
 * explained; undefined where nothing was measured yet.
 */
export function curves(training: TrainingCurves): Html | undefined {
  const { log, unit, rewarded, scores, levels } = training;
  const kept = log.validations.findLast(({ best }) => best);
  const trained: Point[] = [...log.updates.map(({ epoch, loss }) => [epoch, loss] as const), ...atValidations(log)];
  trained.sort(([a], [b]) => a - b);
  const lossLines = [{ name: 'validation', points: log.validations.flatMap(pointOf('loss')) }];
  if (!rewarded) lossLines.unshift({ name: 'training', points: trained });
  const rewards = { name: 'training', points: trained.map(([x, y]) => [x, -y] as const) };
  const scoreLines = (dataset?: string) =>
    scores.map(({ name, score, factor }) => ({
      name,
      points: log.validations.flatMap(pointOf(score, factor, dataset)),
    }));
  const datasets = Object.keys(log.validations.at(-1)?.datasets ?? {});
  const ofEach = datasets.length > 1 ? datasets : [];
  const charts = [
    { title: 'Loss', yLabel: `nats per ${unit}`, lines: lossLines, levels },
    { title: 'Reward', yLabel: 'mean of the sampled captions', lines: rewarded ? [rewards] : [] },
    { title: 'Scores', yLabel: ofEach.length > 0 ? 'mean of the datasets' : '', lines: scoreLines() },
    ...ofEach.map((dataset) => ({ title: `Scores: ${dataset}`, yLabel: '', lines: scoreLines(dataset) })),
    {
      title: 'Validation loss',
      yLabel: `nats per ${unit}`,
      lines: ofEach.map((name) => ({ name, points: log.validations.flatMap(pointOf('loss', 1, name)) })),
    },
  ].filter(({ lines }) => lines.some(({ points }) => points.length > 0));
  if (charts.length === 0) return undefined;
  const mark = kept && { name: 'kept weights', x: kept.epoch };
  return html`<div class="charts">${charts.map((chart) => lineChart({ ...chart, xLabel: 'epoch', mark }))}</div>
${lossesInWords(training).map((text) => html`<p>${text}</p>\n`)}`;
}

/** Less than this share of the loss is no change worth a word. */
const NOTICEABLE = 0.003;

/** What the losses say, sentence by sentence; nothing where nothing was measured. */
export function lossesInWords({ log, unit, split, dropout, smoothing, rewarded }: TrainingCurves): string[] {
  const measured = log.validations.filter(({ scores }) => scores['loss'] !== undefined);
  const kept = measured.findLast(({ best }) => best);
  if (!kept) return [];
  const loss = lossOf(kept);
  const figures = `${loss.toFixed(3)} nats per ${unit} (perplexity ${Math.exp(loss).toPrecision(3)})`;
  const measuredOn = `The weights of epoch ${kept.epoch.toFixed(1)} were kept. On ${split}, which is not learned from, their loss is ${figures}.`;
  if (rewarded) {
    return [
      `${measuredOn} This training raised the score of sampled captions rather than the probability of what people wrote, so the loss may well rise while the captions get better.`,
    ];
  }
  return [measuredOn, ...gapInWords(kept, { unit, dropout, smoothing }), ...trendInWords(measured)];
}

function gapInWords(
  kept: LoggedValidation,
  { unit, dropout, smoothing }: Pick<TrainingCurves, 'unit' | 'dropout' | 'smoothing'>,
): string[] {
  if (kept.trainingLoss === null) return [];
  const noise = [
    dropout > 0 && `dropout (${Math.round(100 * dropout)} % of the values hidden)`,
    smoothing > 0 && `label smoothing (${smoothing})`,
  ].filter(Boolean);
  const gap = lossOf(kept) - kept.trainingLoss;
  const size = `${Math.abs(gap).toFixed(3)} nats per ${unit}`;
  const figure = `The training loss, a mean over the last hundred updates or so, was ${kept.trainingLoss.toFixed(3)} at that time.`;
  const apart =
    noise.length > 0 &&
    `It is measured with ${noise.join(' and ')}, which ${noise.length > 1 ? 'make' : 'makes'} training harder than use, so it stands higher than the same weights would score without: compare how the two curves move rather than where they stand.`;
  const meaning =
    gap > 0
      ? `The validation loss is ${size} higher: so much of what the model knows of its training data it has learned by heart and can't use on anything new.`
      : `The validation loss is ${size} lower: there is no sign that the model has learned its training data by heart.`;
  return [[figure, apart, (gap > 0 || !apart) && meaning].filter(Boolean).join(' ')];
}

function trendInWords(measured: readonly LoggedValidation[]): string[] {
  const last = measured.at(-1);
  const before = measured.at(-2);
  const lowest = measured.reduce((a, b) => (lossOf(b) < lossOf(a) ? b : a), measured[0]!);
  if (!last || !before) return [];
  const risen = lossOf(last) - lossOf(lowest);
  if (risen > NOTICEABLE * lossOf(lowest)) {
    return [
      `The validation loss was lowest at epoch ${lowest.epoch.toFixed(1)} (${lossOf(lowest).toFixed(3)}) and then rose by ${risen.toFixed(3)}: from there on the model learned its training data by heart. More data or more dropout would help; more epochs would not.`,
    ];
  }
  return lossOf(before) - lossOf(last) > NOTICEABLE * lossOf(last)
    ? ['The validation loss was still falling at the end: a longer training may well do better.']
    : ['The validation loss had levelled off at the end.'];
}

/** The loss of a validation that measured one. */
function lossOf({ scores }: LoggedValidation): number {
  return scores['loss']!;
}

/** @param dataset of the score, where there are several; by default it is their mean */
function pointOf(score: string, factor = 1, dataset?: string) {
  return ({ epoch, scores, datasets }: LoggedValidation): Point[] => {
    const value = dataset === undefined ? scores[score] : datasets?.[dataset]?.[score];
    return value === undefined ? [] : [[epoch, factor * value]];
  };
}

/** The training loss at validations: all that a short training has logged of it. */
function atValidations({ validations }: TrainingLog): Point[] {
  return validations.flatMap(({ epoch, trainingLoss }): Point[] =>
    trainingLoss === null ? [] : [[epoch, trainingLoss]],
  );
}
