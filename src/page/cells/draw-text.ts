/** Draws the lines of a text that are seen on a canvas. Knows no cells: it is told the colour of each token. */
import type { Stretch } from '../../language/cells/on-cells.ts';
import type { PlacedCharacter, TextLines } from './text-lines.ts';
import type { Theme } from './theme.ts';

/** Of a character, in CSS pixels. */
export interface LetterSize {
  font: string;
  width: number;
  height: number;
}

/** What is drawn beside the letters. */
export interface TextLook {
  theme: Theme;
  /** The ground of a token; none for that of the page. */
  groundOf(token: number): string | undefined;
  isUnderlined(token: number): boolean;
  selection: Stretch | undefined;
  /** What was found, from the start of the text to its end. */
  hits: readonly Stretch[];
  /** The token that the keyboard is at. */
  cursor: number | undefined;
}

/** Characters of a line in a row that look alike. */
interface Run {
  column: number;
  width: number;
}

/** @param top where the first line is drawn, in CSS pixels @param margin on the left */
export function drawText(
  context: CanvasRenderingContext2D,
  lines: TextLines,
  { first, count, top, margin }: { first: number; count: number; top: number; margin: number },
  size: LetterSize,
  look: TextLook,
): void {
  context.font = size.font;
  context.textBaseline = 'middle';
  for (let i = 0; i < count; i++) {
    const characters = [...lines.charactersOf(first + i)];
    if (characters.length > 0) drawLine(context, characters, { x: margin, y: top + i * size.height }, size, look);
  }
}

function drawLine(
  context: CanvasRenderingContext2D,
  characters: readonly PlacedCharacter[],
  { x, y }: { x: number; y: number },
  { width, height }: LetterSize,
  { theme, groundOf, isUnderlined, selection, hits, cursor }: TextLook,
): void {
  const place = (run: Run): [x: number, width: number] => [x + run.column * width, run.width * width];
  for (const [ground, run] of runsOf(characters, ({ token }) => groundOf(token))) {
    if (ground === undefined) continue;
    const [left, wide] = place(run);
    context.fillStyle = ground;
    context.fillRect(Math.floor(left), y, Math.ceil(left + wide) - Math.floor(left), height);
  }

  context.fillStyle = theme.ink;
  for (const character of characters) {
    if (character.text !== ' ') context.fillText(character.text, x + character.column * width, y + height / 2 + 0.5);
  }

  const line = (of: (token: number) => boolean, colour: string, draw: (left: number, wide: number) => void) => {
    context.fillStyle = context.strokeStyle = colour;
    for (const [holds, run] of runsOf(characters, ({ token }) => of(token))) if (holds) draw(...place(run));
  };
  line(isUnderlined, theme.ink, (left, wide) => context.fillRect(left, y + height - 2, wide, 1.5));
  line(
    (token) => isHit(hits, token),
    theme.mark,
    (left, wide) => context.fillRect(left, y + height - 4, wide, 3),
  );
  context.lineWidth = 2;
  line(
    (token) => selection !== undefined && token >= selection.start && token < selection.end,
    theme.ink,
    (left, wide) => context.strokeRect(left, y + 1, wide, height - 2),
  );
  context.lineWidth = 1;
  line(
    (token) => token === cursor,
    theme.ink,
    (left, wide) => context.strokeRect(left + 0.5, y + 2.5, Math.max(2, wide - 1), height - 5),
  );
}

function isHit(hits: readonly Stretch[], token: number): boolean {
  if (hits.length === 0) return false;
  let [low, high] = [0, hits.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (hits[middle]!.start <= token) low = middle;
    else high = middle;
  }
  return token >= hits[low]!.start && token < hits[low]!.end;
}

/** Characters that stand beside each other and have the same value. */
function runsOf<Value>(
  characters: readonly PlacedCharacter[],
  valueAt: (character: PlacedCharacter) => Value,
): (readonly [Value, Run])[] {
  const runs: [Value, Run][] = [];
  for (const character of characters) {
    const value = valueAt(character);
    const last = runs.at(-1);
    if (last && last[0] === value) last[1].width += character.width;
    else runs.push([value, { column: character.column, width: character.width }]);
  }
  return runs;
}
