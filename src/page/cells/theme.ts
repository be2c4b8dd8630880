/** The colours of the page as they are now: light or dark, as the reader has it. */
import { darkDivergingColour, divergingColour, hexOf, INK } from '../../report/colours.ts';

/** What is drawn on canvases, in CSS colours. */
export interface Theme {
  /** By value + 127. */
  values: readonly string[];
  /** From none to all, in as many steps as one may see. */
  shares: readonly string[];
  /** Letters on those. */
  ink: string;
  soft: string;
  rule: string;
  page: string;
  /** On at the high end, and at the low one. */
  high: string;
  low: string;
  mark: string;
}

const STEPS = 33;
const dark = matchMedia('(prefers-color-scheme: dark)');

export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const diverging = dark.matches ? darkDivergingColour : divergingColour;
  return {
    values: Array.from({ length: 255 }, (_, i) => hexOf(diverging((i - 127) / 127))),
    shares: Array.from({ length: STEPS }, (_, i) => hexOf(diverging(i / (STEPS - 1)))),
    ink: dark.matches ? '#f2f2f2' : INK,
    soft: colour('soft'),
    rule: colour('rule'),
    page: colour('page'),
    high: colour('line-2'),
    low: colour('line-1'),
    mark: colour('line-4'),
  };
}

/** Calls a function whenever the reader changes between light and dark. */
export function onThemeChange(listener: () => void): void {
  dark.addEventListener('change', listener);
}
