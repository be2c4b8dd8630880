/** Lines of several trainings over a common axis, which are drawn anew as they grow. Knows no training. */
import uPlot from 'uplot';
import { element, fill } from '../elements.ts';
import type { LinePoint } from './run-data.ts';

export interface Curve {
  name: string;
  /** What it is of, which has one colour and one place in the key. */
  of: string;
  /** Which of the colours it has, from 0. */
  colour: number;
  dashed?: boolean;
  points: readonly LinePoint[];
}

/** Colours that curves can have, `--line-1` and so on; further curves begin with them again. */
const COLOURS = 8;
const HEIGHT = 300;
/** A curve of fewer points than this shows them as dots too. */
const FEW_POINTS = 60;

export class CurveChart {
  readonly figure: HTMLElement;
  readonly #title: string;
  readonly #key = element('ul', { class: 'key' });
  readonly #canvas = element('div', { class: 'curves', role: 'img' });
  readonly #readout = element('p', { class: 'soft readout', 'aria-hidden': 'true' });
  #plot: uPlot | undefined;
  /** What the plot was made for: names and looks of its curves. */
  #made = '';
  #curves: readonly Curve[] = [];
  #xLabel = '';

  constructor(title: string) {
    this.#title = title;
    const caption = element('figcaption', {}, title, this.#key);
    this.figure = element('figure', { class: 'chart' }, caption, this.#canvas, this.#readout);
    new ResizeObserver(() => this.#plot?.setSize({ width: this.#width, height: HEIGHT })).observe(this.#canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#plot?.redraw(false, true));
  }

  /** Draws the curves; those without points are left out. */
  show(curves: readonly Curve[], xLabel: string): void {
    this.#curves = curves.filter(({ points }) => points.length > 0);
    this.figure.hidden = this.#curves.length === 0;
    if (this.figure.hidden) return;
    const data = uPlot.join(this.#curves.map(({ points }) => [points.map(([x]) => x), points.map(([, y]) => y)]));
    const looks = this.#curves.map(({ name, colour, dashed, points }) => [
      name,
      colour,
      dashed,
      points.length < FEW_POINTS,
    ]);
    const made = JSON.stringify([looks, xLabel]);
    this.#canvas.setAttribute('aria-label', this.#inWords(xLabel));
    if (this.#plot && made === this.#made) {
      this.#plot.setData(data);
      return;
    }
    this.#made = made;
    this.#xLabel = xLabel;
    this.#plot?.destroy();
    const key = new Map(this.#curves.map(({ of, colour }) => [of, colour]));
    fill(
      this.#key,
      ...Array.from(key, ([of, number]) => element('li', {}, element('span', { class: lookOf(number) }), of)),
    );
    fill(this.#canvas);
    this.#plot = new uPlot(this.#options(xLabel), data, this.#canvas);
  }

  get #width(): number {
    return Math.max(240, this.#canvas.clientWidth);
  }

  #options(xLabel: string): uPlot.Options {
    const axis = {
      stroke: () => colour('--soft'),
      font: '12px system-ui, sans-serif',
      labelFont: '12px system-ui, sans-serif',
      grid: { stroke: () => colour('--rule'), width: 1 },
      ticks: { show: false },
    };
    return {
      width: this.#width,
      height: HEIGHT,
      legend: { show: false },
      scales: { x: { time: false } },
      axes: [
        { ...axis, label: xLabel, size: 30, labelSize: 20, labelGap: 0, grid: { show: false } },
        { ...axis, size: 56 },
      ],
      series: [
        {},
        ...this.#curves.map((curve) => ({
          label: curve.name,
          stroke: () => colour(`--${lookOf(curve.colour)}`),
          width: 2,
          ...(curve.dashed && { dash: [6, 4] }),
          spanGaps: true,
          points: { show: curve.points.length < FEW_POINTS, size: 5 },
        })),
      ],
      hooks: { setCursor: [(plot) => this.#read(plot)] },
    };
  }

  /** Shows the values where the mouse is, of each curve at its nearest point before. */
  #read({ cursor, data }: uPlot): void {
    const { idx } = cursor;
    if (idx === null || idx === undefined) {
      fill(this.#readout);
      return;
    }
    const values = this.#curves.flatMap(({ name }, i) => {
      const value = Array.from(data[i + 1]!)
        .slice(0, idx + 1)
        .findLast((one) => one !== null && one !== undefined);
      return value === null || value === undefined ? [] : `${name} ${short(value)}`;
    });
    fill(this.#readout, `${this.#xLabel} ${short(data[0][idx]!)}: ${values.join(', ')}`);
  }

  /** What the chart shows, for those who do not see it. */
  #inWords(xLabel: string): string {
    const lines = this.#curves.map(({ name, points }) => {
      const [first, last] = [points[0]!, points.at(-1)!]; // those without points are left out
      return `${name} from ${short(first[1])} to ${short(last[1])} at ${short(last[0])}`;
    });
    return `${this.#title} over ${xLabel}: ${lines.join('; ')}`;
  }
}

/** The class of a colour. */
export function lookOf(number: number): string {
  return `line-${1 + (number % COLOURS)}`;
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A value in a few digits. */
function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
