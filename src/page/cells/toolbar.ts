/** What stands above the text: search, the cell, and what the colours mean. */
import { button, choice, element, fill, withLabel } from '../elements.ts';
import type { Explorer } from './explorer.ts';
import { shortName } from './list-of-cells.ts';
import { currentTheme, onThemeChange } from './theme.ts';

/** @param search the search in the text */
export function toolbar(explorer: Explorer, search: HTMLElement): HTMLElement {
  return element(
    'div',
    { class: 'tools' },
    search,
    cellPicker(explorer),
    colourPicker(explorer),
    trackPicker(explorer),
    legend(explorer),
  );
}

function cellPicker(explorer: Explorer): HTMLElement {
  const { cells } = explorer.data;
  const select = element('select');
  const groups = new Map<number, HTMLOptGroupElement>();
  for (const [place, { layer }] of cells.entries()) {
    const follows = explorer.followedBy(place)[0];
    const name = `${shortName(explorer, place)}${follows ? ` · ${follows}` : ''}`;
    const group = groups.get(layer) ?? element('optgroup', { label: `layer ${layer}` });
    group.append(element('option', { value: place }, name));
    groups.set(layer, group);
  }
  select.append(...groups.values());
  const step = (by: number) =>
    explorer.change({ cell: (explorer.view.cell + by + cells.length) % cells.length, colours: 'cell' });
  select.addEventListener('change', () => explorer.change({ cell: Number(select.value), colours: 'cell' }));
  explorer.follow(['cell'], ({ cell }) => {
    select.value = String(cell);
  });
  const [back, on] = [button('‹', () => step(-1)), button('›', () => step(1))];
  back.ariaLabel = 'The cell before';
  on.ariaLabel = 'The next cell';
  return element('div', { class: 'tool' }, withLabel('Cell', select), back, on);
}

function colourPicker(explorer: Explorer): HTMLElement {
  const select = choice([
    ['cell', 'the cell'],
    ['selection', 'cells of the selection'],
  ]);
  select.addEventListener('change', () => explorer.change({ colours: select.value as 'cell' | 'selection' }));
  explorer.follow(['colours', 'selection'], ({ colours, selection }) => {
    select.options[1]!.disabled = !selection;
    select.value = selection ? colours : 'cell';
  });
  return element('div', { class: 'tool' }, withLabel('Colours', select));
}

function trackPicker(explorer: Explorer): HTMLElement | false {
  if (explorer.tracks.length === 0) return false;
  const select = choice([['', 'nothing'], ...explorer.tracks.map(({ name }, i) => [String(i), name] as const)]);
  select.addEventListener('change', () =>
    explorer.change({ track: select.value === '' ? undefined : Number(select.value) }),
  );
  return element('div', { class: 'tool' }, withLabel('Underline', select));
}

function legend(explorer: Explorer): HTMLElement {
  const box = element('span', { class: 'legend' });
  const show = () => {
    const theme = currentTheme();
    const ofCell = explorer.view.colours === 'cell' || !explorer.view.selection;
    const colours = ofCell ? theme.values.filter((_, i) => i % 18 === 1) : theme.shares.filter((_, i) => i % 4 === 0);
    const swatches = colours.map((colour) => {
      const swatch = element('i');
      swatch.style.background = colour;
      return swatch;
    });
    const [least, most] = ofCell ? ['-1', '+1'] : ['none on', 'all on'];
    const name = ofCell ? `${explorer.data.quantity}: ` : '';
    fill(box, `${name}${least} `, element('span', { class: 'ramp', 'aria-hidden': 'true' }, ...swatches), ` ${most}`);
  };
  explorer.follow(['colours', 'selection'], show);
  onThemeChange(show);
  return box;
}
