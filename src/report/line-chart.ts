/** Lines over a common x axis, as an SVG picture with a key above it. Knows nothing of what the lines are. */
import { type Html, html } from './html.ts';

export interface LineChart {
  title: string;
  /** What stands below the x axis. */
  xLabel: string;
  /** What the y axis counts, which stands beside the title. */
  yLabel: string;
  /** At most four; those without points are left out. */
  lines: readonly { name: string; points: readonly Point[] }[];
  /** Values to compare the lines with, drawn across. */
  levels?: readonly { name: string; value: number }[];
  /** A place on the x axis that is pointed out. */
  mark?: { name: string; x: number } | undefined;
}

export type Point = readonly [x: number, y: number];

const [WIDTH, HEIGHT] = [480, 260];
const MARGIN = { right: 20, top: 8, bottom: 42 };
/** Width of a character beside the y axis on narrow screens, where letters are largest; the gap between them and the axis. */
const [CHARACTER, GAP] = [9, 8];
/** Characters that have room beside the y axis at least, so that most charts are as wide. */
const LEAST = 4;
/** A line of fewer points than this shows them as dots too. */
const FEW_POINTS = 60;

/** Lines over a common x axis, as one SVG picture; the key stands above it, where it covers nothing. */
export function lineChart({ title, xLabel, yLabel, lines, levels = [], mark }: LineChart): Html {
  const drawn = lines.filter(({ points }) => points.length > 0);
  const points = drawn.flatMap((line) => line.points);
  const [first, last] = extent([...points.map(([px]) => px), ...(mark ? [mark.x] : [])]);
  const xTicks = ticks([first, last]).filter((tick) => tick >= first && tick <= last);
  const yTicks = ticks([...points.map(([, y]) => y), ...levels.map(({ value }) => value)]);
  const left = GAP + CHARACTER * Math.max(LEAST, ...yTicks.map((tick) => String(tick).length));
  const [right, bottom] = [WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom];
  const x = scale([first, last], left, right);
  const y = scale(extent(yTicks), bottom, MARGIN.top);
  const colour = (i: number) => `line-${1 + (i % 4)}`;
  const levelColour = (i: number) => colour(drawn.length + i);
  const key = [
    ...drawn.map(({ name }, i) => ({ name, look: colour(i) })),
    ...levels.map(({ name }, i) => ({ name, look: `level ${levelColour(i)}` })),
    ...(mark ? [{ name: mark.name, look: 'mark' }] : []),
  ];

  return html`<figure class="chart">
<figcaption>${title} <span class="soft">${yLabel}</span>
<ul class="key">${key.map(({ name, look }) => html`<li><span class="${look}"></span>${name}</li>`)}</ul></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}${yLabel && `, ${yLabel},`} over ${xLabel}">
${yTicks.map(
  (tick) =>
    html`<line x1="${left}" x2="${right}" y1="${y(tick)}" y2="${y(tick)}"/><text x="${left - GAP}" y="${y(tick)}" dy="4" text-anchor="end">${tick}</text>\n`,
)}${xTicks.map((tick) => html`<text x="${x(tick)}" y="${bottom + 17}" text-anchor="middle">${tick}</text>\n`)}
<text x="${(left + right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${xLabel}</text>
${
  mark && html`<line class="mark" x1="${x(mark.x)}" x2="${x(mark.x)}" y1="${MARGIN.top}" y2="${bottom}"/>\n`
}${levels.map(
  ({ value }, i) =>
    html`<line class="level ${levelColour(i)}" x1="${left}" x2="${right}" y1="${y(value)}" y2="${y(value)}"/>\n`,
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

/** Values closer together than this share of them are as good as the same: figures beside an axis could not tell them apart. */
const SAME = 1e-3;

/** The smallest and the largest value, or values around them where they are as good as the same. */
function extent(values: readonly number[]): [lowest: number, highest: number] {
  if (values.length === 0) return [0, 1];
  const lowest = values.reduce((a, b) => Math.min(a, b));
  const highest = values.reduce((a, b) => Math.max(a, b));
  if (lowest === highest) return [lowest, lowest + (Math.abs(lowest) || 1)];
  const lacking = SAME * Math.max(Math.abs(lowest), Math.abs(highest)) - (highest - lowest);
  return lacking > 0 ? [lowest - lacking / 2, highest + lacking / 2] : [lowest, highest];
}

/** Maps a range of values to pixels, to a tenth of one. */
function scale([lowest, highest]: readonly [number, number], from: number, to: number): (value: number) => number {
  return (value) => Math.round(10 * (from + ((value - lowest) / (highest - lowest)) * (to - from))) / 10;
}

/** A value in a few digits. */
function label(value: number): string {
  return String(Number(value.toPrecision(4)));
}
