/** Trainings: the curves of several in one chart, how each stands, what it writes, all of it while they train. */
import { type BackEnd, inWords } from '../back-end.ts';
import { element, fill } from '../elements.ts';
import { runDetails } from './run-details.ts';
import { runTable } from './run-table.ts';
import { trainingCharts } from './training-charts.ts';
import { WatchedRuns } from './watched-runs.ts';

/** Milliseconds between two looks at the trainings. */
const INTERVAL = 2000;

export interface TrainingsView {
  /** It is being shown, or no longer. */
  setShown(shown: boolean): void;
}

export function trainingsView(view: HTMLElement, runs: NonNullable<BackEnd['runs']>): TrainingsView {
  const charts = trainingCharts(show);
  const details = runDetails();
  const status = element('p', { class: 'soft' });
  const watched = new WatchedRuns(runs);
  const table = runTable(setDrawn, (id) => {
    watched.detailed = id;
    setDrawn(id, true);
  });
  const content = element('div', { hidden: true }, ...charts.parts, table.table, details.part);
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
    charts.show(drawn);
    table.show(listed, known, colours, detailed);
    details.show(detailed === undefined ? undefined : known.get(detailed));
  }

  async function watch({ signal }: AbortController): Promise<void> {
    while (!signal.aborted) {
      if (!document.hidden) await look();
      await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    }
  }

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
