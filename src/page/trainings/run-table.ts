/** The table of trainings: which of them are drawn, and how each stands. */
import type { RunAnswer } from '../../server/api.ts';
import { button, element, fill, headedTable, scrolling } from '../elements.ts';
import { lookOf } from './curve-chart.ts';
import { type KnownRun, standing } from './run-data.ts';

/** A log that was written to within these milliseconds is of a training that is under way. */
const UNDER_WAY = 120_000;

export interface RunTable {
  readonly table: HTMLElement;
  /** @param known the trainings that are drawn, as far as they are known @param colours of those, by their ids */
  show(
    runs: readonly RunAnswer[],
    known: ReadonlyMap<string, KnownRun>,
    colours: ReadonlyMap<string, number>,
    detailed: string | undefined,
  ): void;
}

/** @param onDraw a training is to be drawn, or no longer @param onDetail its samples and settings are to be seen */
export function runTable(onDraw: (id: string, drawn: boolean) => void, onDetail: (id: string) => void): RunTable {
  const headings = ['training', 'epoch', 'training loss', 'validation loss', 'best', 'time', 'last written'];
  const body = element('tbody');
  const table = scrolling('All trainings', headedTable(headings, body));
  table.classList.add('runs');
  const rows = new Map<string, Row>();

  /** Rows are kept from one time to the next, and with them what is focused. */
  function rowOf(id: string): Row {
    const found = rows.get(id);
    if (found) return found;
    const drawn = element('input', { type: 'checkbox', 'aria-label': `Draw ${id}` });
    drawn.addEventListener('change', () => onDraw(id, drawn.checked));
    const mark = element('span', { class: 'mark', 'aria-hidden': 'true' });
    const name = button(id, () => onDetail(id), { class: 'link', title: 'Samples and settings' });
    const cells = headings.slice(1).map(() => element('td'));
    const row = {
      item: element('tr', {}, element('th', { scope: 'row' }, drawn, mark, name), ...cells),
      drawn,
      mark,
      name,
      cells,
    };
    rows.set(id, row);
    return row;
  }

  return {
    table,
    show(runs, known, colours, detailed) {
      const shown = runs.map(({ id, updated }) => {
        const { item, drawn, mark, name, cells } = rowOf(id);
        const colour = colours.get(id);
        drawn.checked = colour !== undefined;
        mark.className = colour === undefined ? 'mark' : `mark ${lookOf(colour)}`;
        name.ariaPressed = String(id === detailed);
        const run = known.get(id);
        const texts = [...(run ? figuresOf(run) : ['', '', '', '', '']), writtenAgo(updated)];
        for (const [i, cell] of cells.entries()) if (cell.textContent !== texts[i]) fill(cell, texts[i]);
        return item;
      });
      if (shown.length !== body.children.length || shown.some((item, i) => body.children[i] !== item)) {
        const focused = document.activeElement;
        fill(body, ...shown);
        if (focused instanceof HTMLElement && body.contains(focused)) focused.focus();
      }
    },
  };
}

interface Row {
  item: HTMLElement;
  drawn: HTMLInputElement;
  mark: HTMLElement;
  name: HTMLButtonElement;
  cells: HTMLElement[];
}

function figuresOf(run: KnownRun): string[] {
  const { epoch, trainingLoss, validationLoss, best, seconds } = standing(run);
  const figure = (value: number | undefined) => value?.toFixed(3) ?? '–';
  return [epoch.toFixed(2), figure(trainingLoss), figure(validationLoss), figure(best), duration(seconds)];
}

function writtenAgo(updated: string): string {
  const ago = Math.max(0, Date.now() - Date.parse(updated));
  if (ago < UNDER_WAY) return 'under way';
  return `${duration(ago / 1000)} ago`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
