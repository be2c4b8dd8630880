/** Chooses a cell by its layer and its number in it. Knows no model. */
import type { CellIndex, ModelAnswer } from '../../server/api.ts';
import { element, withLabel } from '../elements.ts';
import { numberInput } from './number-input.ts';

export interface CellPicker {
  readonly controls: HTMLElement;
  /** The cell that is chosen. */
  chosen(): CellIndex;
  choose(one: CellIndex): void;
  /** Only cells that a model has can be chosen. */
  limitTo(model: Pick<ModelAnswer, 'layers' | 'hidden'>): void;
}

/** @param more stands beside the two numbers */
export function cellPicker(more: HTMLElement): CellPicker {
  const layer = numberInput({ min: 0, step: 1, value: 0, required: true });
  const cell = numberInput({ min: 0, step: 1, value: 0, required: true });
  const attributes = { class: 'actions', role: 'group', 'aria-label': 'A cell' };
  const controls = element('div', attributes, withLabel('Layer', layer), withLabel('Cell', cell), more);

  function choose(one: CellIndex): void {
    layer.value = String(one.layer);
    cell.value = String(one.cell);
  }

  return {
    controls,
    choose,
    chosen: () => ({ layer: layer.valueAsNumber, cell: cell.valueAsNumber }),
    limitTo({ layers = 1, hidden = 1 }) {
      layer.max = String(layers - 1);
      cell.max = String(hidden - 1);
      choose({
        layer: Math.min(layers - 1, layer.valueAsNumber || 0),
        cell: Math.min(hidden - 1, cell.valueAsNumber || 0),
      });
    },
  };
}
