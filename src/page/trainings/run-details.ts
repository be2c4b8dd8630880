/** What a training wrote as it went on, and how it was set. */
import { element, factList, fill } from '../elements.ts';
import { flatSettings, type KnownRun, writtenSamples } from './run-data.ts';

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
    const state = JSON.stringify([run.id, samples.length, samples[0]?.iteration, run.config]);
    if (state === shown) return; // else what the reader has unfolded or marked would be lost
    shown = state;
    const [last, ...others] = samples;
    fill(heading, run.id);
    fill(newest, last ? sample(last) : element('p', { class: 'soft' }, 'It has written nothing yet.'));
    earlier.hidden = others.length === 0;
    fill(earlierList, ...others.slice(0, EARLIER).map(sample));
    const facts = flatSettings(run.config);
    settings.hidden = facts.length === 0;
    fill(settingsList, factList(facts));
  }

  return { part, show };
}

function sample({ iteration, epoch, texts }: ReturnType<typeof writtenSamples>[number]): HTMLElement {
  const when = `Written after ${iteration.toLocaleString('en')} updates (epoch ${epoch.toFixed(2)})`;
  return element('div', {}, element('p', { class: 'soft' }, when), ...texts.map((text) => element('pre', {}, text)));
}
