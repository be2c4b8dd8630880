/** Drawings side by side, row by row, as one SVG picture that stands alone. Knows nothing of what is drawn. */
import { INK } from './colours.ts';
import { type Html, html } from './html.ts';

export interface GridShape {
  /** Drawings in a row, at most. */
  across: number;
  /** Size of each drawing, with what stands below it, in pixels. */
  width: number;
  height: number;
}

/** Room around each drawing. */
const GAP = 14;

/** @param title what they are, for those who can't see them */
export function pictureGrid(title: string, drawings: readonly Html[], { across, width, height }: GridShape): Html {
  const columns = Math.min(across, drawings.length);
  const rows = Math.ceil(drawings.length / columns);
  const [x, y] = [
    (i: number) => GAP + (i % columns) * (width + GAP),
    (i: number) => GAP + Math.floor(i / columns) * (height + GAP),
  ];
  const whole = { width: x(0) + columns * (width + GAP), height: y(0) + rows * (height + GAP) };
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${whole.width} ${whole.height}" width="${whole.width}" height="${whole.height}" font-family="system-ui, sans-serif" font-size="13" fill="${INK}" role="img">
<title>${title}</title>
<rect width="${whole.width}" height="${whole.height}" fill="#fff"/>
${drawings.map((drawing, i) => html`<g transform="translate(${x(i)} ${y(i)})">\n${drawing}</g>\n`)}</svg>
`;
}
