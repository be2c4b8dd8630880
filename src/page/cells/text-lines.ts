/** Breaks a text into lines of a width, and says which character stands where in one. Knows no canvas. */
import { lastAtMost, type PageText } from './page-text.ts';

/** A character as people count them, in its line. */
export interface PlacedCharacter {
  text: string;
  token: number;
  column: number;
  /** Columns that it takes. */
  width: number;
}

const ASCII = /^[\n -~↵→]*$/;

export class TextLines {
  readonly #text: PageText;
  readonly #widthOf: (character: string) => number;
  /** Where each line begins in what is shown; one more at the end. */
  readonly #starts: number[] = [0];
  /** The characters of the kinds of tokens that have others than those one column wide. */
  readonly #wide: (readonly string[] | undefined)[];

  /**
   * @param columns of a line; it is broken between words where that leaves at least half of it
   * @param widthOf how many columns a character takes that is not one of ASCII's
   */
  constructor(text: PageText, columns: number, widthOf: (character: string) => number) {
    this.#text = text;
    this.#widthOf = widthOf;
    const segmenter = new Intl.Segmenter();
    this.#wide = text.kindsShown.map((kind) =>
      ASCII.test(kind) ? undefined : Array.from(segmenter.segment(kind), ({ segment }) => segment),
    );
    this.#break(columns);
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  /** The line that a token begins in. */
  lineOf(token: number): number {
    return lastAtMost(this.#starts, this.#text.shownStarts[token]!, this.count);
  }

  /** The characters of a line from left to right; none beyond the last. */
  *charactersOf(line: number): Generator<PlacedCharacter> {
    const { shownStarts, length } = this.#text;
    const end = this.#starts[line + 1] ?? 0;
    let unit = this.#starts[line] ?? 0;
    let column = 0;
    for (let token = this.#text.tokenAtShown(unit); token < length && unit < end; token++) {
      while (unit < Math.min(end, shownStarts[token + 1]!)) {
        const text = this.#characterAt(token, unit);
        unit += text.length;
        if (text === '\n') continue;
        const width = this.#columnsOf(text);
        yield { text, token, column, width };
        column += width;
      }
    }
  }

  #characterAt(token: number, unit: number): string {
    const { shown, shownStarts, kinds } = this.#text;
    const wide = this.#wide[kinds[token]!];
    if (!wide) return shown.charAt(unit);
    let start = shownStarts[token]!;
    for (const character of wide) {
      if (start >= unit) return character;
      start += character.length;
    }
    return shown.charAt(unit);
  }

  #columnsOf(character: string): number {
    return character.length === 1 && ASCII.test(character) ? 1 : this.#widthOf(character);
  }

  #break(columns: number): void {
    const { length, shown, shownStarts, kinds } = this.#text;
    let [column, afterSpace, columnAfterSpace] = [0, -1, 0];
    const put = (unit: number, character: string, width: number) => {
      if (character === '\n') {
        this.#starts.push(unit + 1);
        [column, afterSpace] = [0, -1];
        return;
      }
      if (column + width > columns && column > 0) {
        const betweenWords = afterSpace >= 0 && 2 * columnAfterSpace >= columns;
        this.#starts.push(betweenWords ? afterSpace : unit);
        column = betweenWords ? column - columnAfterSpace : 0;
        afterSpace = -1;
      }
      column += width;
      if (character === ' ') [afterSpace, columnAfterSpace] = [unit + 1, column];
    };
    for (let token = 0; token < length; token++) {
      let unit = shownStarts[token]!;
      const wide = this.#wide[kinds[token]!];
      if (wide) {
        for (const character of wide) {
          put(unit, character, this.#columnsOf(character));
          unit += character.length;
        }
      } else for (; unit < shownStarts[token + 1]!; unit++) put(unit, shown.charAt(unit), 1);
    }
    if (this.#starts.at(-1)! < shown.length || this.#starts.length === 1) this.#starts.push(shown.length);
  }
}
