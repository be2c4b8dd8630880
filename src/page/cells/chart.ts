/** The cells in and around the selection as lines, on a canvas: those that are on stand out. */
import { QUANTUM } from '../../language/cells/record.ts';
import { element, fill } from '../elements.ts';
import { chartScales, drawChart, HEIGHT, nearestCell } from './draw-chart.ts';
import type { Explorer } from './explorer.ts';
import { currentTheme } from './theme.ts';

export interface Chart {
  element: HTMLElement;
  draw(): void;
}

const HINT = 'Click a line to look at its cell, which is the thick one.';

export function selectionChart(explorer: Explorer): Chart {
  const canvas = element('canvas', { class: 'chart-canvas', role: 'img' });
  const told = element('p', { class: 'soft told-cell' });
  const context = canvas.getContext('2d')!; // a canvas has one
  const box = element('div', {}, canvas, told);
  fill(told, HINT);
  new ResizeObserver(draw).observe(box);

  function draw(): void {
    const { selection, rule, cell } = explorer.view;
    const width = box.clientWidth;
    if (!selection || width === 0) return;
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(HEIGHT * devicePixelRatio);
    Object.assign(canvas.style, { width: `${width}px`, height: `${HEIGHT}px` });
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    drawChart(context, explorer, selection, chartScales(selection, explorer.text.length, width), currentTheme());
    const on = `${explorer.cellsOn().length} cells on at ${(rule.threshold * QUANTUM).toFixed(2)}`;
    canvas.ariaLabel = `Values of all cells in and around the selection: ${on}, ${explorer.nameOf(cell)} thicker.`;
  }

  function cellAt(event: MouseEvent): number | undefined {
    const { selection } = explorer.view;
    if (!selection) return undefined;
    return nearestCell(explorer.values, chartScales(selection, explorer.text.length, box.clientWidth), event);
  }

  canvas.addEventListener('pointermove', (event) => {
    const place = cellAt(event);
    if (place === undefined) return;
    fill(told, [explorer.nameOf(place), ...explorer.followedBy(place).slice(0, 2)].join(' · '));
  });
  canvas.addEventListener('pointerleave', () => fill(told, HINT));
  canvas.addEventListener('click', (event) => {
    const cell = cellAt(event);
    if (cell !== undefined) explorer.change({ cell });
  });
  return { element: box, draw };
}
