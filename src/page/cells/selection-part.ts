/** The stretch of text that is picked: which cells are on there and off around it, and where else they are. */
import { QUANTUM } from '../../language/cells/record.ts';
import { button, element, fill, withLabel } from '../elements.ts';
import { selectionChart } from './chart.ts';
import type { Explorer } from './explorer.ts';
import { markCell, shortName, showSome } from './list-of-cells.ts';
import { placesAlike } from './places-alike.ts';
import { onThemeChange } from './theme.ts';

/** Cells that are named at first. */
const NAMED = 16;

/** @param goTo shows a token in the text */
export function selectionPart(explorer: Explorer, goTo: (token: number) => void): HTMLElement {
  const chart = selectionChart(explorer);
  const alike = placesAlike(explorer, goTo);
  const heading = element('h3', { id: 'on-heading' });
  const list = element('ul', { class: 'cell-list', 'aria-labelledby': 'on-heading' });
  const picked = element('p', { class: 'picked' });
  const content = element(
    'div',
    {},
    picked,
    ruleControls(explorer),
    chart.element,
    heading,
    list,
    element('h3', {}, 'Places alike'),
    alike.element,
  );
  const hint = element('p', { class: 'soft' }, HINT);

  explorer.follow(['selection', 'rule'], ({ selection, rule }) => {
    content.hidden = !selection;
    hint.hidden = selection !== undefined;
    if (!selection) {
      alike.find();
      return;
    }
    const on = explorer.cellsOn();
    const { start, end } = selection;
    const shown = explorer.text.slice(start, Math.min(end, start + 80));
    const count = `${(end - start).toLocaleString('en')} ${explorer.data.unit}${end - start === 1 ? '' : 's'}`;
    fill(picked, element('code', {}, JSON.stringify(shown) + (end - start > 80 ? ' …' : '')), ` ${count}`);
    fill(
      heading,
      `${on.length} of ${explorer.values.length} cells are on${rule.offBefore || rule.offAfter ? ' there alone' : ''}`,
    );
    const ranked = on
      .map((one) => ({ ...one, mean: meanOf(explorer.values[one.place]!, start, end) }))
      .sort((a, b) => Math.abs(b.mean) - Math.abs(a.mean));
    const items = ranked.map(({ place, mean }) => {
      const follows = explorer.followedBy(place)[0];
      const value = element('span', { class: mean > 0 ? 'high' : 'low' }, `${mean > 0 ? '▲' : '▼'} ${mean.toFixed(2)}`);
      const pick = button('', () => explorer.change({ cell: place }), { 'data-cell': place });
      pick.append(shortName(explorer, place), ' ', value, ...(follows ? [element('small', {}, ` ${follows}`)] : []));
      return element('li', {}, pick);
    });
    showSome(list, items, NAMED);
    chart.draw();
    alike.find();
  });
  explorer.follow(['cell'], ({ cell }) => {
    chart.draw();
    markCell(list, cell);
  });
  explorer.follow(['selection', 'rule'], ({ cell }) => markCell(list, cell));
  onThemeChange(() => chart.draw());
  return element(
    'section',
    { 'aria-labelledby': 'selection-heading', class: 'part' },
    ...[element('h2', { id: 'selection-heading' }, 'Selection'), hint, content],
  );
}

function ruleControls(explorer: Explorer): HTMLElement {
  const slider = element('input', { type: 'range', min: 0.02, max: 1, step: 0.02 });
  const output = element('output');
  slider.addEventListener('input', () => {
    const threshold = Math.max(1, Math.round(Number(slider.value) / QUANTUM));
    explorer.change({ rule: { ...explorer.view.rule, threshold } });
  });
  const off = (name: string, key: 'offBefore' | 'offAfter') => {
    const input = element('input', { type: 'number', min: 0, max: 99, step: 1 });
    input.addEventListener('input', () => {
      const tokens = Math.max(0, Math.min(99, Math.round(Number(input.value))));
      explorer.change({ rule: { ...explorer.view.rule, [key]: tokens } });
    });
    explorer.follow(['rule'], ({ rule }) => {
      if (document.activeElement !== input) input.value = String(rule[key]);
    });
    return withLabel(name, input);
  };
  explorer.follow(['rule'], ({ rule }) => {
    const value = (rule.threshold * QUANTUM).toFixed(2);
    if (document.activeElement !== slider) slider.value = value;
    fill(output, value);
  });
  const unit = `${explorer.data.unit}s`;
  return element(
    'div',
    { class: 'rule' },
    element('label', { class: 'threshold' }, element('span', {}, 'On from ±'), output, slider),
    off(`Off: ${unit} before`, 'offBefore'),
    off('after', 'offAfter'),
  );
}

function meanOf(values: Int8Array, start: number, end: number): number {
  let sum = 0;
  for (let t = start; t < end; t++) sum += values[t]!;
  return (sum / (end - start)) * QUANTUM;
}

const HINT =
  'Drag over a piece of the text, double-click or tap a word, or hold Shift and press arrow keys in the text: here you see which cells are on there, and where else they are.';
