/** The cells in and around the selection as lines, on a canvas: those that are on stand out. */
import { QUANTUM } from '../../language/cells/record.ts';
import { element, fill } from '../elements.ts';
import type { Explorer } from './explorer.ts';
import { currentTheme, type Theme } from './theme.ts';

/** CSS pixels; tokens around the selection; tokens that have room for their text below. */
const [HEIGHT, AROUND, MOST_NAMED] = [180, 12, 60];
const [LEFT, BOTTOM, TOP] = [26, 20, 6];

export interface Chart {
  element: HTMLElement;
  draw(): void;
}

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
    const theme = currentTheme();
    const { x, y, from, to } = scales(width);
    const line = (place: number, colour: string, thickness: number, alpha: number) => {
      const values = explorer.values[place]!;
      context.strokeStyle = colour;
      context.lineWidth = thickness;
      context.globalAlpha = alpha;
      context.beginPath();
      for (let t = from; t < to; t++) context.lineTo(x(t), y(values[t]! * QUANTUM));
      context.stroke();
      context.globalAlpha = 1;
    };
    drawFrame(theme, { x, y, from, to }, width);
    const on = explorer.cellsOn();
    const rest = new Set(explorer.values.keys());
    for (const { place } of on) rest.delete(place);
    for (const place of rest) line(place, theme.soft, 1, Math.max(0.06, Math.min(0.3, 12 / rest.size)));
    for (const { place, sign } of on) line(place, sign > 0 ? theme.high : theme.low, 1.5, on.length > 40 ? 0.5 : 0.9);
    line(cell, theme.page, 5, 1);
    line(cell, theme.ink, 2.5, 1);
    const what = `${on.length} cells on at ${(rule.threshold * QUANTUM).toFixed(2)}, ${explorer.nameOf(cell)} thicker`;
    canvas.ariaLabel = `Values of all cells in and around the selection: ${what}.`;
  }

  function scales(width: number) {
    const { start, end } = explorer.view.selection!; // asked for where there is one
    const [from, to] = [Math.max(0, start - AROUND), Math.min(explorer.text.length, end + AROUND)];
    const step = (width - LEFT - 4) / Math.max(1, to - from);
    const x = (token: number) => LEFT + (token - from + 0.5) * step;
    const y = (value: number) => TOP + ((1 - value) / 2) * (HEIGHT - BOTTOM - TOP);
    return { x, y, from, to, step };
  }

  function drawFrame(
    theme: Theme,
    { x, y, from, to }: Pick<ReturnType<typeof scales>, 'x' | 'y' | 'from' | 'to'>,
    width: number,
  ): void {
    const { selection, rule } = explorer.view;
    const { start, end } = selection!;
    const half = (x(from + 1) - x(from)) / 2;
    context.clearRect(0, 0, width, HEIGHT);
    context.fillStyle = theme.rule;
    context.globalAlpha = 0.6;
    context.fillRect(x(start) - half, TOP, x(end) - x(start), HEIGHT - BOTTOM - TOP);
    context.globalAlpha = 1;
    context.font = '11px system-ui, sans-serif';
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    context.strokeStyle = theme.soft;
    context.fillStyle = theme.soft;
    context.lineWidth = 1;
    for (const value of [-1, 0, 1]) {
      context.fillText(String(value), LEFT - 5, y(value) + (value === 1 ? 4 : value === -1 ? -4 : 0));
    }
    for (const value of [rule.threshold * QUANTUM, -rule.threshold * QUANTUM]) {
      context.setLineDash([4, 3]);
      context.beginPath();
      context.moveTo(LEFT, y(value));
      context.lineTo(width, y(value));
      context.stroke();
    }
    context.setLineDash([]);
    if (to - from > MOST_NAMED) return;
    context.font = '12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
    context.textAlign = 'center';
    for (let t = from; t < to; t++) {
      context.fillStyle = t >= start && t < end ? theme.ink : theme.soft;
      const shown = explorer.text.shownToken(t);
      context.fillText(shown === ' ' ? '␣' : shown, x(t), HEIGHT - BOTTOM / 2, 2 * half * 1.5);
    }
  }

  /** The cell whose line is nearest to a place of the canvas. */
  function nearest({ offsetX, offsetY }: PointerEvent | MouseEvent): number | undefined {
    if (!explorer.view.selection) return undefined;
    const { y, from, to, step } = scales(box.clientWidth);
    const token = Math.max(from, Math.min(to - 1, from + Math.floor((offsetX - LEFT) / step)));
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (const [place, values] of explorer.values.entries()) {
      const distance = Math.abs(y(values[token]! * QUANTUM) - offsetY);
      if (distance < least) [best, least] = [place, distance];
    }
    return best;
  }

  canvas.addEventListener('pointermove', (event) => {
    const place = nearest(event);
    if (place !== undefined)
      fill(told, [explorer.nameOf(place), ...explorer.followedBy(place).slice(0, 2)].join(' · '));
  });
  canvas.addEventListener('pointerleave', () => fill(told, HINT));
  canvas.addEventListener('click', (event) => {
    const cell = nearest(event);
    if (cell !== undefined) explorer.change({ cell });
  });
  return { element: box, draw };
}

const HINT = 'Click a line to look at its cell, which is the thick one.';
