/** All cells of the page, to be found by number or by what they follow. */

import { figureInWords } from '../../language/cells/in-words.ts';
import { cellName } from '../../language/cells/record.ts';
import { button, element, fill, withLabel } from '../elements.ts';
import type { Explorer } from './explorer.ts';
import { markCell, shortName, showSome } from './list-of-cells.ts';

/** Cells that are listed at first. */
const SHOWN = 40;

export function cellsPart(explorer: Explorer): HTMLElement {
  const { search, cells } = explorer.data;
  const places = new Map(cells.map((cell, place) => [cellName(cell), place]));
  const query = element('input', { type: 'search', autocomplete: 'off', placeholder: '0:72, quotes, line …' });
  const status = element('p', { class: 'soft', role: 'status' });
  const list = element('ul', { class: 'cell-list' });
  /** Those that follow something first, by the features in their order. */
  const ranked = new Map<number, string>();
  for (const { feature, chance, measure, cells: found } of search.findings) {
    for (const one of found) {
      const place = places.get(cellName(one))!; // the page has what was found of its cells alone
      if (one.figure <= chance) break;
      const words = `${feature} ${measure} ${figureInWords(one.figure)}`;
      ranked.set(place, ranked.has(place) ? `${ranked.get(place)}, ${words}` : words);
    }
  }
  const entries = [...ranked.keys(), ...[...cells.keys()].filter((place) => !ranked.has(place))].map((place) => {
    const follows = ranked.get(place) ?? '';
    const name = explorer.nameOf(place);
    return { place, follows, text: `${shortName(explorer, place)} ${name} ${follows}`.toLowerCase() };
  });

  function show(): void {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matching = entries.filter(({ text }) => words.every((word) => text.includes(word)));
    const items = matching.map(({ place, follows }) => {
      const pick = button('', () => explorer.change({ cell: place }), { 'data-cell': place, title: follows });
      pick.append(shortName(explorer, place), ...(follows ? [element('small', {}, ` ${follows}`)] : []));
      return element('li', {}, pick);
    });
    showSome(list, items, SHOWN);
    markCell(list, explorer.view.cell);
    const all = cells.length.toLocaleString('en');
    fill(status, words.length > 0 ? `${matching.length.toLocaleString('en')} of ${all} cells` : `${all} cells`);
  }

  query.addEventListener('input', show);
  show();
  explorer.follow(['cell'], ({ cell }) => markCell(list, cell));
  const { missing } = search;
  return element(
    'section',
    { class: 'part', 'aria-labelledby': 'cells-heading' },
    element('h2', { id: 'cells-heading' }, 'Cells'),
    withLabel('Find a cell', query),
    status,
    list,
    missing.length > 0 &&
      element('p', { class: 'soft' }, `Too rare in this text to be looked for: ${missing.join(', ')}.`),
    element('p', { class: 'soft' }, FIGURES),
  );
}

const FIGURES =
  'What a cell alone tells about the text: chosen on the first half of what was read, measured on the second. AUC is the probability that the cell tells a place where the feature holds from one where it does not; R² is the share of the number’s variance that a line on the cell’s value explains. Chance is the best figure of any cell where the feature is moved along the text.';
