/** The curves of several trainings, their losses in one chart and a score of theirs in another. Knows no back end. */
import { choice, element, fill, withLabel } from '../elements.ts';
import { type Curve, CurveChart } from './curve-chart.ts';
import { type Axis, type KnownRun, scoreLine, scoreNames, trainingLine } from './run-data.ts';

const AXES: readonly (readonly [Axis, string])[] = [
  ['epoch', 'epochs'],
  ['iteration', 'updates'],
  ['minutes', 'minutes'],
];

/** A training and the number of its colour. */
export interface DrawnRun {
  run: KnownRun;
  colour: number;
}

export interface TrainingCharts {
  /** What is chosen, the charts, and what their lines are. */
  readonly parts: HTMLElement[];
  show(drawn: readonly DrawnRun[]): void;
}

/** @param onChoice called when the reader chooses another axis, or another score */
export function trainingCharts(onChoice: () => void): TrainingCharts {
  const axis = choice(AXES);
  const score = choice([]);
  const scoreLabel = withLabel('Score', score);
  const losses = new CurveChart('Loss');
  const scores = new CurveChart('Score');
  for (const control of [axis, score]) control.addEventListener('change', onChoice);
  const lines = 'Losses are in nats: on held-out data by whole lines, on training data by dashed ones.';

  function showScoreNames(names: readonly string[]): void {
    scoreLabel.hidden = names.length === 0;
    const there = [...score.options].map(({ value }) => value);
    if (names.join('\n') === there.join('\n')) return;
    const { value } = score;
    fill(score, ...names.map((name) => element('option', { value: name }, name)));
    if (names.includes(value)) score.value = value;
  }

  return {
    parts: [
      element('div', { class: 'options' }, withLabel('Over', axis), scoreLabel),
      element('div', { class: 'charts' }, losses.figure, scores.figure),
      element('p', { class: 'soft' }, lines),
    ],
    show(drawn) {
      const over = axis.value as Axis;
      const xLabel = axis.selectedOptions[0]!.textContent; // one is always selected
      showScoreNames(scoreNames(drawn.map(({ run }) => run)));
      losses.show(
        drawn.flatMap((one) => [scoreCurve(one, 'loss', over), trainingCurve(one, over)]),
        xLabel,
      );
      scores.show(
        drawn.map((one) => scoreCurve(one, score.value, over)),
        xLabel,
      );
    },
  };
}

function scoreCurve({ run, colour }: DrawnRun, score: string, over: Axis): Curve {
  return { name: run.id, of: run.id, colour, points: scoreLine(run, score, over) };
}

function trainingCurve({ run, colour }: DrawnRun, over: Axis): Curve {
  return { name: `${run.id}, training`, of: run.id, colour, dashed: true, points: trainingLine(run, over) };
}
