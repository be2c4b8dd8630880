import { type Html, html } from './html.ts';

export interface LineChart {
  title: string;
  /** What stands below the x axis and what the y axis counts. */
  xLabel: string;
  yLabel: string;
  /** At most four; those without points are left out. */
  lines: readonly { name: string; points: readonly Point[] }[];
  /** Values to compare the lines with, drawn across. */
  levels?: readonly { name: string; value: number }[];
  /** A place on the x axis to be pointed out. */
  mark?: { name: string; x: number } | undefined;
}

export type Point = readonly [x: number, y: number];

const [WIDTH, HEIGHT] = [480, 260];
const MARGIN = { left: 44, right: 12, top: 14, bottom: 34 };
/** Fewer points than this are shown as dots too. */
const FEW_POINTS = 60;

/** Lines over a common x axis, as one SVG picture with a key. */
export function lineChart({ title, xLabel, yLabel, lines, levels = [], mark }: LineChart): Html {
  const drawn = lines.filter(({ points }) => points.length > 0);
  const points = drawn.flatMap((line) => line.points);
  const [first, last] = extent(points.map(([x]) => x));
  const xTicks = ticks([first, last]).filter((tick) => tick >= first && tick <= last);
  const yTicks = ticks([...points.map(([, y]) => y), ...levels.map(({ value }) => value)]);
  const x = scale([first, last], MARGIN.left, WIDTH - MARGIN.right);
  const y = scale(extent(yTicks), HEIGHT - MARGIN.bottom, MARGIN.top);
  const [left, right] = [MARGIN.left, WIDTH - MARGIN.right];
  const colour = (i: number) => `line-${1 + (i % 4)}`;

  return html`<figure class="chart">
<figcaption>${title} <ul class="key">${drawn.map(({ name }, i) => html`<li><span class="${colour(i)}"></span>${name}</li>`)}${levels.map(
    ({ name }, i) => html`<li><span class="dashed ${colour(drawn.length + i)}"></span>${name}</li>`,
  )}</ul></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}, ${yLabel} over ${xLabel}">
${yTicks.map(
  (tick) =>
    html`<line x1="${left}" x2="${right}" y1="${y(tick)}" y2="${y(tick)}"/><text x="${left - 6}" y="${y(tick)}" dy="4" text-anchor="end">${label(tick)}</text>\n`,
)}${xTicks.map((tick) => html`<text x="${x(tick)}" y="${HEIGHT - MARGIN.bottom + 15}" text-anchor="middle">${label(tick)}</text>\n`)}
<text x="${right}" y="${HEIGHT - 4}" text-anchor="end">${xLabel}</text>
<text x="${left + 4}" y="${MARGIN.top - 4}">${yLabel}</text>
${
  mark &&
  html`<line class="mark" x1="${x(mark.x)}" x2="${x(mark.x)}" y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}"/><text x="${x(mark.x) - 4}" y="${HEIGHT - MARGIN.bottom - 6}" text-anchor="end">${mark.name}</text>\n`
}${levels.map(
  ({ value }, i) =>
    html`<line class="level ${colour(drawn.length + i)}" x1="${left}" x2="${right}" y1="${y(value)}" y2="${y(value)}"/>\n`,
)}${drawn.map(
  (
    line,
    i,
  ) => html`<polyline class="${colour(i)}" points="${line.points.map(([px, py]) => `${x(px)},${y(py)}`).join(' ')}"/>
${
  line.points.length < FEW_POINTS &&
  line.points.map(
    ([px, py]) =>
      html`<circle class="${colour(i)}" r="2.5" cx="${x(px)}" cy="${y(py)}"><title>${line.name}: ${label(py)} at ${label(px)}</title></circle>`,
  )
}\n`,
)}</svg>
</figure>
`;
}

/** About five round numbers, evenly spaced, from at or below the smallest value to at or above the largest. */
export function ticks(values: readonly number[]): number[] {
  const [lowest, highest] = extent(values);
  const range = highest - lowest;
  const power = 10 ** Math.floor(Math.log10(range / 4));
  const step = ([1, 2, 5].find((factor) => factor * power >= range / 5) ?? 10) * power;
  const first = Math.floor(lowest / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(highest / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The smallest and the largest value; never the same. */
function extent(values: readonly number[]): [lowest: number, highest: number] {
  if (values.length === 0) return [0, 1];
  const lowest = values.reduce((a, b) => Math.min(a, b));
  const highest = values.reduce((a, b) => Math.max(a, b));
  return lowest < highest ? [lowest, highest] : [lowest, lowest + (Math.abs(lowest) || 1)];
}

/** Maps a range of values to pixels, to a tenth of one. */
function scale([lowest, highest]: readonly [number, number], from: number, to: number): (value: number) => number {
  return (value) => Math.round(10 * (from + ((value - lowest) / (highest - lowest)) * (to - from))) / 10;
}

function label(value: number): string {
  return String(Number(value.toPrecision(4)));
}
