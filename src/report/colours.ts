/** Colours that stand for numbers, light enough for black letters on top of them. Knows nothing of what the numbers are. */

export type Rgb = readonly [red: number, green: number, blue: number];

/** The black of letters on any of these colours. */
export const INK = '#1b1b1b';

const WHITE: Rgb = [255, 255, 255];
const BLUE: Rgb = [92, 151, 222];
const RED: Rgb = [232, 96, 88];
const AMBER: Rgb = [255, 205, 92];
/** Of a page in the dark, whose letters are light. */
const DARK: Rgb = [32, 34, 38];
const DARK_BLUE: Rgb = [38, 100, 180];
const DARK_RED: Rgb = [178, 58, 52];
const DARK_AMBER: Rgb = [122, 88, 20];

/** From blue at -1 over white at 0 to red at 1; values beyond have the colour of the end. */
export function divergingColour(value: number): Rgb {
  const strength = Math.min(1, Math.abs(value));
  return mixed(WHITE, value < 0 ? BLUE : RED, strength);
}

/** The same under light letters: from blue at -1 over nearly black at 0 to red at 1. */
export function darkDivergingColour(value: number): Rgb {
  const strength = Math.min(1, Math.abs(value));
  return mixed(DARK, value < 0 ? DARK_BLUE : DARK_RED, strength);
}

/** The highest step of surprise. */
export const SURPRISE_LEVELS = 9;

/** How many times a probability was halved, as a step from 0 (more than a half) to 9 (less than one in 512). */
export function surpriseLevel(logProb: number): number {
  return Math.max(0, Math.min(SURPRISE_LEVELS, Math.floor(-logProb / Math.LN2)));
}

/** The colour of a step: none where there is no surprise, from pale amber to red elsewhere. */
export function surpriseColour(level: number): Rgb | undefined {
  return level === 0 ? undefined : overMiddle([WHITE, AMBER, RED], level);
}

/** The same under light letters: nearly black where there is no surprise. */
export function darkSurpriseColour(level: number): Rgb {
  return overMiddle([DARK, DARK_AMBER, DARK_RED], level);
}

function overMiddle([none, middle, most]: readonly [Rgb, Rgb, Rgb], level: number): Rgb {
  const half = (1 + SURPRISE_LEVELS) / 2;
  return level <= half
    ? mixed(none, middle, level / half)
    : mixed(middle, most, (level - half) / (SURPRISE_LEVELS - half));
}

/** A colour as CSS writes it: #ffcc00. */
export function hexOf(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** The colour at a share of the way from one to another. */
function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  const part = (i: 0 | 1 | 2) => Math.round(from[i] + share * (to[i] - from[i]));
  return [part(0), part(1), part(2)];
}
