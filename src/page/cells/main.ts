/** The page of `lm cells --html`: a text, and what the cells of a language model say while it is read. */
import type { Stretch } from '../../language/cells/on-cells.ts';
import { EXPLORER } from '../../language/cells/page-data.ts';
import { QUANTUM } from '../../language/cells/record.ts';
import { element, fill } from '../elements.ts';
import { hashOf, viewInHash } from './address.ts';
import { cellPart } from './cell-part.ts';
import { cellsPart } from './cells-part.ts';
import type { Explorer } from './explorer.ts';
import { findText } from './find-text.ts';
import { readPageData } from './read-page-data.ts';
import { selectionPart } from './selection-part.ts';
import { TextPane } from './text-pane.ts';
import { currentTheme, onThemeChange, type Theme } from './theme.ts';
import { toolbar } from './toolbar.ts';

const root = document.getElementById(EXPLORER)!; // is in the page

readPageData((share) => fill(root, element('p', { role: 'status' }, `Reading the cells: ${Math.round(100 * share)} %`)))
  .then(show)
  .catch((error) => fill(root, element('p', { role: 'alert' }, `The page can not be shown: ${error}`)));

function show(explorer: Explorer): void {
  let theme = currentTheme();
  let hits: readonly Stretch[] = [];
  let ground = groundOf(explorer, theme);
  const told = element('p', { id: 'told', class: 'soft', role: 'status' });
  const pane = new TextPane(
    explorer.text,
    () => {
      const { selection, track } = explorer.view;
      const underlined = track === undefined ? undefined : explorer.tracks[track]!.values;
      return { theme, groundOf: ground, isUnderlined: (token) => underlined?.[token] === 1, selection, hits };
    },
    {
      onPoint: (token) => fill(told, ...toldOf(explorer, token)),
      onSelect: (selection) => explorer.change({ selection }),
    },
  );
  const search = findText(
    explorer.text,
    (found) => {
      hits = found;
      pane.draw();
    },
    ({ start }) => pane.show(start),
  );
  const goTo = (token: number) => pane.show(token);
  explorer.change(viewInHash(location.hash, explorer));
  fill(
    root,
    toolbar(explorer, search),
    element('div', { class: 'text-part' }, pane.element, told),
    selectionPart(explorer, goTo),
    element('div', { class: 'parts' }, cellPart(explorer, goTo), cellsPart(explorer)),
  );
  explorer.follow(['cell', 'selection', 'rule', 'colours', 'track'], () => {
    ground = groundOf(explorer, theme);
    pane.draw();
  });
  explorer.follow(['cell', 'selection', 'rule'], () => history.replaceState(null, '', hashOf(explorer)));
  onThemeChange(() => {
    theme = currentTheme();
    ground = groundOf(explorer, theme);
    pane.draw();
  });
  const { selection } = explorer.view;
  if (selection) pane.show(selection.start);
}

/** The colour of each token: by the cell, or by how many of the cells are on there that are on in the selection. */
function groundOf(explorer: Explorer, theme: Theme): (token: number) => string | undefined {
  const { cell, colours, rule, selection } = explorer.view;
  const values = explorer.values[cell]!;
  if (colours === 'cell' || !selection) return (token) => theme.values[values[token]! + 127];
  const on = explorer.cellsOn();
  if (on.length === 0) return () => theme.shares[0];
  return (token) => {
    let count = 0;
    for (const { place, sign } of on) if (sign * explorer.values[place]![token]! >= rule.threshold) count++;
    return theme.shares[Math.round((count / on.length) * (theme.shares.length - 1))];
  };
}

/** What is told of a token that is pointed at. */
function toldOf({ text, view, values, data, tracks }: Explorer, token: number): (Node | string)[] {
  const value = (values[view.cell]![token]! * QUANTUM).toFixed(2);
  const holds = tracks.filter((track) => track.values[token] === 1).map(({ name }) => ` · ${name}`);
  const place = (data.from + token).toLocaleString('en');
  return [element('code', {}, JSON.stringify(text.slice(token, token + 1))), ` at ${place}: ${value}${holds.join('')}`];
}
