/** Lines over a logarithmic axis, in the terminal and as an SVG file. */

export interface Line {
  name: string;
  /** One letter in the terminal, a colour in SVG. */
  mark: string;
  colour: string;
  /** Above 0; one for each x from 0 on. */
  values: readonly number[];
}

const [COLUMNS, ROWS] = [72, 18];

/** What lies between the powers of ten below the smallest and above the largest value, at most so many apart. */
function range(lines: readonly Line[]): [lowest: number, highest: number] {
  const logs = lines.flatMap(({ values }) => values.filter((value) => value > 0).map(Math.log10));
  const highest = Math.ceil(Math.max(...logs));
  return [Math.max(Math.floor(Math.min(...logs)), highest - 36), highest];
}

/** A drawing of letters, with powers of ten at its left. */
export function plotInTerminal(lines: readonly Line[], xLabel: string): string {
  const [lowest, highest] = range(lines);
  const canvas = Array.from({ length: ROWS }, () => new Array<string>(COLUMNS).fill(' '));
  for (const { mark, values } of lines) {
    for (let column = 0; column < COLUMNS; column++) {
      const value = values[Math.round((column / (COLUMNS - 1)) * (values.length - 1))]!;
      const row = Math.round(((highest - Math.log10(value)) / (highest - lowest)) * (ROWS - 1));
      if (row >= 0 && row < ROWS) canvas[row]![column] = mark;
    }
  }
  const rows = canvas.map((row, i) => {
    const power = highest - (i / (ROWS - 1)) * (highest - lowest);
    return `${`1e${Math.round(power)}`.padStart(7)} |${row.join('')}`;
  });
  const key = lines.map(({ mark, name }) => `${' '.repeat(9)}${mark}  ${name}`);
  return [...rows, `${' '.repeat(8)}+${'-'.repeat(COLUMNS)}`, `${' '.repeat(9)}${xLabel}`, ...key].join('\n');
}

/** The same as a picture. */
export function plotAsSvg(lines: readonly Line[], title: string, xLabel: string): string {
  const [lowest, highest] = range(lines);
  const [width, height, left, bottom, top] = [640, 400, 60, 50, 40];
  const x = (i: number, count: number) => left + (i / (count - 1)) * (width - left - 20);
  const y = (log: number) => top + ((highest - log) / (highest - lowest)) * (height - top - bottom);
  const step = Math.max(1, Math.ceil((highest - lowest) / 8));
  const ticks: string[] = [];
  for (let log = highest; log >= lowest; log -= step) {
    ticks.push(
      `<line x1="${left}" x2="${width - 20}" y1="${y(log)}" y2="${y(log)}" stroke="#ddd"/>` +
        `<text x="${left - 8}" y="${y(log) + 4}" text-anchor="end">1e${log}</text>`,
    );
  }
  const drawn = lines.map(({ name, colour, values }, n) => {
    const points = values
      .map((value, i) => [x(i, values.length), y(Math.max(lowest, Math.log10(value)))] as const)
      .map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`);
    return (
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.join(' ')}"/>` +
      `<text x="${left + 12}" y="${height - bottom - 14 - 16 * (lines.length - 1 - n)}" fill="${colour}">${name}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${left}" y="22" font-size="14">${title}</text>
${ticks.join('\n')}
${drawn.join('\n')}
<text x="${width - 20}" y="${height - 16}" text-anchor="end">${xLabel}</text>
</svg>
`;
}
