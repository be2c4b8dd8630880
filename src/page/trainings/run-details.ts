/** How good a training's last weights are, what they wrote as it went on, and how it was set. */
import { element, factList, fill } from '../elements.ts';
import { flatSettings, type KnownRun, measuredScores, writtenSamples } from './run-data.ts';

/** Times of writing that are shown beside the last. */
const EARLIER = 10;

export interface RunDetails {
  readonly part: HTMLElement;
  /** @param run undefined for none */
  show(run: KnownRun | undefined): void;
}

export function runDetails(): RunDetails {
  const heading = element('h3');
  const newest = element('div');
  const earlierList = element('div');
  const earlier = element('details', {}, element('summary', {}, 'What it wrote before'), earlierList);
  const settingsList = element('div');
  const settings = element('details', {}, element('summary', {}, 'Settings'), settingsList);
  const part = element('section', { 'aria-label': 'A training' }, heading, newest, earlier, settings);
  part.hidden = true;
  let shown = '';

  function show(run: KnownRun | undefined): void {
    part.hidden = run === undefined;
    if (!run) return;
    const samples = writtenSamples(run);
    const measured = measuredScores(run);
    const state = JSON.stringify([run.id, samples.length, samples[0]?.iteration, measured, run.config]);
    if (state === shown) return; // else what the reader has unfolded or marked would be lost
    shown = state;
    const [last, ...others] = samples;
    fill(heading, run.id);
    if (!measured && !last) fill(newest, element('p', { class: 'soft' }, 'Nothing has been measured yet.'));
    else fill(newest, ...(measured ? [scores(measured)] : []), ...(last ? [sample(last)] : []));
    earlier.hidden = others.length === 0;
    fill(earlierList, ...others.slice(0, EARLIER).map(sample));
    const facts = flatSettings(run.config);
    settings.hidden = facts.length === 0;
    fill(settingsList, factList(facts));
  }

  return { part, show };
}

function scores({ best, scores: figures, ...when }: NonNullable<ReturnType<typeof measuredScores>>): HTMLElement {
  const facts = figures.map(({ name, last, atBest }) => {
    const [value, other] = [last, atBest].map((figure) => figure?.toFixed(3));
    return [
      name,
      `${value}${best && other ? ` (${other} after ${best.toLocaleString('en')}, the best)` : ''}`,
    ] as const;
  });
  return element('div', {}, element('p', { class: 'soft' }, `Measured ${after(when)}`), factList(facts));
}

function sample({ texts, ...when }: ReturnType<typeof writtenSamples>[number]): HTMLElement {
  const heading = element('p', { class: 'soft' }, `Written ${after(when)}`);
  return element('div', {}, heading, ...texts.map((text) => element('pre', {}, text)));
}

function after({ iteration, epoch }: { iteration: number; epoch: number }): string {
  return `after ${iteration.toLocaleString('en')} updates (epoch ${epoch.toFixed(2)})`;
}
