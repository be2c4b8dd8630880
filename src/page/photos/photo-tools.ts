/** What stands above the photos: how many are described, and what can be done with all of them. Describes none. */
import { button, element, fill } from '../elements.ts';
import { shadesLegend } from '../shaded-words.ts';
import { type Photo, toCsv, toJson } from './photo.ts';
import { saveFile } from './save-file.ts';

export interface PhotoTools {
  /** What the shades of captions mean, and the tools: both are shown where there are photos. */
  readonly parts: readonly HTMLElement[];
  /** Shows how many photos there are, and what has become of them. */
  count(): void;
}

/** @param photos those that are there @param clear removes them all */
export function photoTools(photos: () => Photo[], clear: () => void): PhotoTools {
  const counts = element('span', { class: 'counts' });
  const progress = element('progress', { 'aria-label': 'Photos described', value: 0, max: 1 });
  const asJson = () => saveFile('captions.json', 'application/json', toJson(photos()));
  const asCsv = () => saveFile('captions.csv', 'text/csv', toCsv(photos()));
  const bar = element(
    'div',
    { class: 'tools', role: 'group', 'aria-label': 'All photos' },
    counts,
    progress,
    element('span', { class: 'push' }, 'Download '),
    button('JSON', asJson, { 'aria-label': 'Download as JSON' }),
    button('CSV', asCsv, { 'aria-label': 'Download as CSV' }),
    button('Remove all', clear),
  );
  const parts = [shadesLegend(), bar];
  return {
    parts,
    count() {
      const states = photos().map(({ state }) => state.kind);
      const of = (kind: string) => states.filter((state) => state === kind).length;
      const [described, failed, all] = [of('described'), of('failed'), states.length];
      for (const part of parts) part.hidden = all === 0;
      progress.hidden = described + failed === all;
      progress.max = all;
      progress.value = described + failed;
      const done = described === all ? `${all} ${all === 1 ? 'photo' : 'photos'}` : `${described} of ${all} described`;
      fill(counts, done, failed > 0 && `, ${failed} failed`);
    },
  };
}
