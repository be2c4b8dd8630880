/**
 * Words shaded by how sure a model is of them, on pages that are light or dark as the reader has it. Knows no model:
 * probabilities are given.
 */
import { Html, html } from './html.ts';

/** The lowest probability of each shade but the last, from none on: a half, a quarter, an eighth. */
const BOUNDS = [1 / 2, 1 / 4, 1 / 8] as const;

/** What the steps are called, from surest to least sure. */
export const CERTAINTY_NAMES = ['from 50 %', 'from 25 %', 'from 12.5 %', 'less'] as const;

interface Shade {
  ground: string;
  ink: string;
}

/** Grounds from less sure than a half to less than an eighth, on light and on dark pages. */
export const SHADES: Readonly<Record<'light' | 'dark', readonly Shade[]>> = {
  light: ['#fff3d1', '#ffdf99', '#ffbd85'].map((ground) => ({ ground, ink: '#1b1b1b' })),
  dark: ['#39321f', '#5a441a', '#81441f'].map((ground) => ({ ground, ink: '#f0f0f0' })),
};

/** How unsure a probability is, as a step from 0 (at least a half) to 3 (less than an eighth). */
export function unsureLevel(probability: number): number {
  return BOUNDS.filter((bound) => probability < bound).length;
}

/** A word on the ground of its probability, which is told when it is pointed at. */
export function shadedWord(word: string, probability: number): Html {
  const level = unsureLevel(probability);
  return html`<span${level > 0 && html` class="u${level}"`} title="${Math.round(100 * probability)} %">${word}</span>`;
}

/** What the grounds stand for, in a line. */
export function certaintyLegend(): Html {
  return html`${CERTAINTY_NAMES.map((name, level) => html`<span class="nowrap u${level}">${name}</span> `)}`;
}

const grounds = (scheme: keyof typeof SHADES) =>
  SHADES[scheme].map(({ ground, ink }, i) => `.u${i + 1} { background: ${ground}; color: ${ink}; }`).join('\n');

/** Where a system chooses the colours, or a printer has none, lines below the words stand for the grounds. */
export const CERTAINTY_STYLE = new Html(`
.nowrap { white-space: nowrap; }
.u1, .u2, .u3 { padding: .05em .2em; margin: 0 -.1em; border-radius: .2em; box-decoration-break: clone;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
${grounds('light')}
@media (prefers-color-scheme: dark) { ${grounds('dark')} }
@media (forced-colors: active) {
  .u1 { text-decoration: underline dotted; } .u2 { text-decoration: underline dashed; } .u3 { text-decoration: underline wavy; }
}
`);
