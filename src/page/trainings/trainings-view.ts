/** Trainings: the curves of several in one chart, how each stands, what it writes, all of it while they train. */
import { type BackEnd, inWords } from '../back-end.ts';
import { choice, element, fill, withLabel } from '../elements.ts';
import { type Curve, CurveChart } from './curve-chart.ts';
import { type Axis, scoreLine, scoreNames, trainingLine } from './run-data.ts';
import { runDetails } from './run-details.ts';
import { runTable } from './run-table.ts';
import { WatchedRuns } from './watched-runs.ts';

/** Milliseconds between two looks at the trainings. */
const INTERVAL = 2000;
const AXES: readonly (readonly [Axis, string])[] = [
  ['epoch', 'epochs'],
  ['iteration', 'updates'],
  ['minutes', 'minutes'],
];

export interface TrainingsView {
  /** It is being shown, or no longer. */
  setShown(shown: boolean): void;
}

export function trainingsView(view: HTMLElement, runs: NonNullable<BackEnd['runs']>): TrainingsView {
  const axis = choice(AXES);
  const score = choice([]);
  const scoreLabel = withLabel('Score', score);
  const losses = new CurveChart('Loss');
  const scores = new CurveChart('Score');
  const details = runDetails();
  const status = element('p', { class: 'soft' });
  const watched = new WatchedRuns(runs);
  const table = runTable(setDrawn, (id) => {
    watched.detailed = id;
    setDrawn(id, true);
  });
  const key = element(
    'p',
    { class: 'soft' },
    'Losses are in nats: on held-out data by whole lines, on training data by dashed ones.',
  );
  const charts = element('div', { class: 'charts' }, losses.figure, scores.figure);
  const options = element('div', { class: 'options' }, withLabel('Over', axis), scoreLabel);
  const content = element('div', {}, options, charts, key, table.table, details.part);
  view.append(status, content);

  let watching: AbortController | undefined;

  function setDrawn(id: string, drawn: boolean): void {
    watched.setDrawn(id, drawn);
    if (drawn && !watched.known.has(id)) void look();
    show();
  }

  async function look(): Promise<void> {
    const signal = watching?.signal;
    if (!signal) return;
    try {
      await watched.look(signal);
      fill(status, ...(watched.listed.length === 0 ? noTraining() : []));
      show();
    } catch (error) {
      if (!signal.aborted) fill(status, inWords(error));
    }
  }

  function show(): void {
    const { listed, known, colours, detailed, drawn } = watched;
    content.hidden = listed.length === 0;
    const xLabel = axis.selectedOptions[0]!.textContent; // one is always selected
    const over = axis.value as Axis;
    const lossCurves = drawn.flatMap(({ run, colour }): Curve[] => [
      { name: run.id, of: run.id, colour, points: scoreLine(run, 'loss', over) },
      { name: `${run.id}, training`, of: run.id, colour, dashed: true, points: trainingLine(run, over) },
    ]);
    losses.show(lossCurves, xLabel);
    showScoreNames(scoreNames(drawn.map(({ run }) => run)));
    const scoreCurves = drawn.map(({ run, colour }) => ({
      name: run.id,
      of: run.id,
      colour,
      points: scoreLine(run, score.value, over),
    }));
    scores.show(scoreCurves, xLabel);
    table.show(listed, known, colours, detailed);
    details.show(detailed === undefined ? undefined : known.get(detailed));
  }

  function showScoreNames(names: readonly string[]): void {
    scoreLabel.hidden = names.length === 0;
    const there = [...score.options].map(({ value }) => value);
    if (names.join('\n') === there.join('\n')) return;
    const { value } = score;
    fill(score, ...names.map((name) => element('option', { value: name }, name)));
    if (names.includes(value)) score.value = value;
  }

  async function watch({ signal }: AbortController): Promise<void> {
    while (!signal.aborted) {
      if (!document.hidden) await look();
      await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    }
  }

  axis.addEventListener('change', show);
  score.addEventListener('change', show);
  content.hidden = true;
  return {
    setShown(shown) {
      if (shown === (watching !== undefined)) return;
      watching?.abort();
      watching = shown ? new AbortController() : undefined;
      if (watching) void watch(watching);
    },
  };
}

function noTraining(): (string | HTMLElement)[] {
  const command = element('code', {}, 'caption serve --runs DIR');
  return ['No training here yet. ', command, ' shows those whose folders are in DIR.'];
}
