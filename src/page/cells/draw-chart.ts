/** Draws the cells in and around a selection as lines on a canvas. Knows no pointer and no page around it. */

import type { Stretch } from '../../language/cells/on-cells.ts';
import { QUANTUM } from '../../language/cells/record.ts';
import type { Explorer } from './explorer.ts';
import type { Theme } from './theme.ts';

/** CSS pixels; tokens around the selection; tokens that have room for their text below. */
const [AROUND, MOST_NAMED] = [12, 60];
const [LEFT, BOTTOM, TOP] = [26, 20, 6];
/** Of the canvas, in CSS pixels. */
export const HEIGHT = 180;

/** Where tokens and values stand on the canvas, in CSS pixels. */
export interface ChartScales {
  width: number;
  /** The tokens that are drawn, `to` not among them. */
  from: number;
  to: number;
  x(token: number): number;
  y(value: number): number;
  /** The token that is drawn nearest to an x. */
  tokenAt(x: number): number;
}

/** @param length tokens of the text */
export function chartScales({ start, end }: Stretch, length: number, width: number): ChartScales {
  const [from, to] = [Math.max(0, start - AROUND), Math.min(length, end + AROUND)];
  const step = (width - LEFT - 4) / Math.max(1, to - from);
  return {
    width,
    from,
    to,
    x: (token) => LEFT + (token - from + 0.5) * step,
    y: (value) => TOP + ((1 - value) / 2) * (HEIGHT - BOTTOM - TOP),
    tokenAt: (x) => Math.max(from, Math.min(to - 1, from + Math.floor((x - LEFT) / step))),
  };
}

/** Draws all cells: those that are on in colours, the one that is looked at thicker than the rest. */
export function drawChart(
  context: CanvasRenderingContext2D,
  explorer: Explorer,
  selection: Stretch,
  scales: ChartScales,
  theme: Theme,
): void {
  const { rule, cell } = explorer.view;
  const line = (place: number, colour: string, thickness: number, alpha: number) => {
    const values = explorer.values[place]!;
    context.strokeStyle = colour;
    context.lineWidth = thickness;
    context.globalAlpha = alpha;
    context.beginPath();
    for (let t = scales.from; t < scales.to; t++) context.lineTo(scales.x(t), scales.y(values[t]! * QUANTUM));
    context.stroke();
    context.globalAlpha = 1;
  };
  context.clearRect(0, 0, scales.width, HEIGHT);
  drawSelection(context, selection, scales, theme);
  drawAxis(context, scales, rule.threshold * QUANTUM, theme);
  drawTokens(context, explorer, selection, scales, theme);
  const on = explorer.cellsOn();
  const rest = new Set(explorer.values.keys());
  for (const { place } of on) rest.delete(place);
  for (const place of rest) line(place, theme.soft, 1, Math.max(0.06, Math.min(0.3, 12 / rest.size)));
  for (const { place, sign } of on) line(place, sign > 0 ? theme.high : theme.low, 1.5, on.length > 40 ? 0.5 : 0.9);
  line(cell, theme.page, 5, 1);
  line(cell, theme.ink, 2.5, 1);
}

function drawSelection(
  context: CanvasRenderingContext2D,
  { start, end }: Stretch,
  { x }: ChartScales,
  { rule }: Theme,
): void {
  context.fillStyle = rule;
  context.globalAlpha = 0.6;
  context.fillRect(x(start - 0.5), TOP, x(end) - x(start), HEIGHT - BOTTOM - TOP);
  context.globalAlpha = 1;
}

/** The values' axis, and where cells begin to be on. */
function drawAxis(
  context: CanvasRenderingContext2D,
  { width, y }: ChartScales,
  threshold: number,
  { soft }: Theme,
): void {
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  context.strokeStyle = soft;
  context.fillStyle = soft;
  context.lineWidth = 1;
  for (const value of [-1, 0, 1]) context.fillText(String(value), LEFT - 5, y(value) + 4 * value);
  context.setLineDash([4, 3]);
  for (const value of [threshold, -threshold]) {
    context.beginPath();
    context.moveTo(LEFT, y(value));
    context.lineTo(width, y(value));
    context.stroke();
  }
  context.setLineDash([]);
}

/** The tokens below, where there is room for them. */
function drawTokens(
  context: CanvasRenderingContext2D,
  { text }: Explorer,
  { start, end }: Stretch,
  { x, from, to }: ChartScales,
  { ink, soft }: Theme,
): void {
  if (to - from > MOST_NAMED) return;
  context.font = '12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  const most = 1.5 * (x(from + 1) - x(from));
  for (let t = from; t < to; t++) {
    context.fillStyle = t >= start && t < end ? ink : soft;
    const shown = text.shownToken(t);
    context.fillText(shown === ' ' ? '␣' : shown, x(t), HEIGHT - BOTTOM / 2, most);
  }
}

/** The cell whose line is nearest to a place of the canvas, in CSS pixels. */
export function nearestCell(
  values: Explorer['values'],
  { y, tokenAt }: ChartScales,
  { offsetX, offsetY }: Pick<MouseEvent, 'offsetX' | 'offsetY'>,
): number | undefined {
  const token = tokenAt(offsetX);
  let nearest: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [place, ofCell] of values.entries()) {
    const distance = Math.abs(y(ofCell[token]! * QUANTUM) - offsetY);
    if (distance < least) [nearest, least] = [place, distance];
  }
  return nearest;
}
