/** Texts that are coloured by how surprising their tokens were: the style, and the words beside it. Knows no model. */
import { darkSurpriseColour, hexOf, type Rgb, SURPRISE_LEVELS, surpriseColour } from './colours.ts';
import { Html } from './html.ts';
import { formatPercent } from './page.ts';

/** What a step of surprise stands for. */
export function surpriseName(level: number): string {
  const share = `1/${2 ** level}`;
  if (level === 0) return 'above 1/2';
  return level === SURPRISE_LEVELS ? `below ${share}` : share;
}

/** The probability of a log-probability, in per cent. */
export function probabilityInWords(logProb: number): string {
  const share = Math.exp(logProb);
  return share < 0.0005 ? `${(100 * share).toExponential(1)} %` : formatPercent(share);
}

const LEVELS = Array.from({ length: SURPRISE_LEVELS + 1 }, (_, level) => level);
const grounds = (colourOf: (level: number) => Rgb | undefined) =>
  LEVELS.map((level) => [level, colourOf(level)] as const)
    .map(([level, colour]) => (colour ? `.s${level} { background: ${hexOf(colour)}; }` : ''))
    .join('\n');

/** Of a `.surprise`, whose spans have the classes `.s0` to `.s9` by their steps, on pages that are light or dark. */
export const SURPRISE_STYLE = new Html(`
pre.surprise, p.surprise .s0 { background: var(--page); }
${grounds(surpriseColour)}
@media (prefers-color-scheme: dark) {
pre.surprise { background: ${hexOf(darkSurpriseColour(0))}; }
${grounds(darkSurpriseColour)}
}
`);
