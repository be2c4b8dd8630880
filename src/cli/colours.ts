/** Text on coloured ground in a terminal. */
import type { Rgb } from '../report/colours.ts';
import { visible } from '../report/visible.ts';

export interface Coloured {
  text: string;
  /** Of the ground; undefined for the terminal's own. */
  colour: Rgb | undefined;
}

/** The bits of a terminal's colours: 24 for any colour, 8 for a palette of 256, 1 for none. */
export type ColourDepth = 1 | 8 | 24;

/** The colour depth of an output: 1 unless it is a terminal; NO_COLOR and FORCE_COLOR have the last word. */
export function colourDepth(stream: NodeJS.WriteStream = process.stdout, env = process.env): ColourDepth {
  if (env['NO_COLOR']) return 1;
  if (env['FORCE_COLOR'] !== undefined) return depthOf({ '0': 1, '1': 8, '2': 8 }[env['FORCE_COLOR']] ?? 24);
  return stream.isTTY ? depthOf(stream.getColorDepth(env)) : 1;
}

/** A terminal with at least 16 colours is taken to have 256. */
function depthOf(bits: number): ColourDepth {
  return bits >= 24 ? 24 : bits > 1 ? 8 : 1;
}

/** Text on coloured ground, with black letters; line ends are left in the terminal's own colours. */
export function paint(pieces: Iterable<Coloured>, depth: ColourDepth): string {
  let painted = '';
  let before = '';
  for (const { text, colour } of pieces) {
    const code =
      colour && depth > 1 ? `\u001b[30;48;${depth === 24 ? `2;${colour.join(';')}` : `5;${paletteOf(colour)}`}m` : '';
    for (const [i, line] of visible(text).split('\n').entries()) {
      if (i > 0) {
        painted += before && RESET;
        painted += '\n';
        before = '';
      }
      if (line === '') continue;
      if (code !== before) painted += (before && RESET) + code;
      painted += line;
      before = code;
    }
  }
  return painted + (before && RESET);
}

const RESET = '\u001b[0m';

/**
 * Gives the terminal its own colours back where a signal ends the process in the midst of coloured text; the signal is
 * heard between two writes, not within one, as long as what writes gives others their turn.
 */
export function restoreColoursWhenStopped(): void {
  const end = (signal: NodeJS.Signals) => {
    process.off('SIGINT', end).off('SIGTERM', end);
    process.stdout.write(`${RESET}\n`, () => process.kill(process.pid, signal));
  };
  process.on('SIGINT', end).on('SIGTERM', end);
}

/** The nearest colour of the 6 × 6 × 6 cube in the palette of 256. */
function paletteOf(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => Math.max(0, Math.round((part - 55) / 40)));
  return 16 + 36 * red + 6 * green + blue;
}
