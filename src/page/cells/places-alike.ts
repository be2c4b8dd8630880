/** Other places where the cells are on that are on in the selection, most alike first, and what holds at them. */
import { type SimilarStretch, similarStretches } from '../../language/cells/similar-stretches.ts';
import { element, fill, headedTable, tableRow } from '../elements.ts';
import { contextLine } from './context-line.ts';
import type { Explorer } from './explorer.ts';
import { showSome } from './list-of-cells.ts';
import { currentTheme, onThemeChange } from './theme.ts';

/** Places that are looked for, and that are listed at first; milliseconds without a change before they are looked for. */
const [TOP, SHOWN, PATIENCE] = [50, 20, 150];

/** @param goTo shows a token in the text */
export function placesAlike(explorer: Explorer, goTo: (token: number) => void) {
  const status = element('p', { class: 'soft', role: 'status' });
  const common = element('div');
  const list = element('ol', { class: 'contexts' });
  let searching: AbortController | undefined;
  let found: readonly SimilarStretch[] = [];
  let wanted = 0;

  /** Looks for them anew. */
  function find(): void {
    searching?.abort();
    const controller = new AbortController();
    searching = controller;
    const { signal } = controller;
    const { selection, rule } = explorer.view;
    const cells = explorer.cellsOn();
    [found, wanted] = [[], cells.length];
    if (!selection || cells.length === 0) {
      fill(status, selection ? 'No cell is on there: lower the threshold, or select less.' : '');
      show();
      return;
    }
    fill(status, 'Looking …');
    setTimeout(async () => {
      if (signal.aborted) return;
      try {
        found = await similarStretches(explorer.values, selection, cells, rule, TOP, { signal });
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
      const how = 'by the share of cells on in both places among those on in either';
      const at = found.length === 1 ? '1 place' : `${found.length} places`;
      fill(status, found.length > 0 ? `${at}, ${how}` : 'No other place has half of these cells on.');
      show();
    }, PATIENCE);
  }

  function show(): void {
    const theme = currentTheme();
    const items = found.map((stretch) => {
      const more = stretch.others > 0 ? ` +${stretch.others}` : '';
      const figures = `${stretch.likeness.toFixed(2)}  ${stretch.shared}/${wanted}${more}`;
      return element(
        'li',
        {},
        contextLine(explorer, theme, stretch, figures, () => goTo(stretch.start)),
      );
    });
    showSome(list, items, SHOWN);
    fill(common, ...sharesTable(explorer.tracks, found));
  }

  explorer.follow(['cell'], show);
  onThemeChange(show);
  return { element: element('div', {}, status, common, list), find };
}

/** How often each feature holds at the ends of these places, beside the whole text. */
function sharesTable(tracks: Explorer['tracks'], found: readonly SimilarStretch[]): HTMLElement[] {
  if (found.length === 0 || tracks.length === 0) return [];
  const rows = tracks.map(({ name, values }) => {
    const here = found.reduce((sum, { end }) => sum + values[end - 1]!, 0) / found.length;
    const everywhere = shareOf(values);
    return { name, here, everywhere };
  });
  rows.sort((a, b) => Math.abs(b.here - b.everywhere) - Math.abs(a.here - a.everywhere));
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  const body = rows.map(({ name, here, everywhere }) => tableRow([name], [percent(here), percent(everywhere)]));
  const compared = headedTable(['holds at the end of', 'these places', 'all'], element('tbody', {}, ...body));
  return [element('details', {}, element('summary', {}, 'What these places have in common'), compared)];
}

const shares = new WeakMap<Uint8Array, number>();

/** How often a feature holds in the whole text: counted once. */
function shareOf(values: Uint8Array): number {
  let share = shares.get(values);
  if (share === undefined) {
    share = values.reduce((sum, value) => sum + value, 0) / values.length;
    shares.set(values, share);
  }
  return share;
}
