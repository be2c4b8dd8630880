/** The text of the page of cells: its tokens, its lines, what is found in it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stretchesWith } from '../../../src/page/cells/find-text.ts';
import { PageText } from '../../../src/page/cells/page-text.ts';
import { TextLines } from '../../../src/page/cells/text-lines.ts';

function textOf(tokens: readonly string[]): PageText {
  return new PageText(
    tokens.join(''),
    Uint32Array.from(tokens, ({ length }) => length),
  );
}

/** The lines of a text, Chinese characters and emoji two columns wide. */
function linesOf(text: PageText, columns: number): TextLines {
  return new TextLines(text, columns, (character) => (/[\p{Script=Han}\p{Emoji}]/u.test(character) ? 2 : 1));
}

function rowsOf(lines: TextLines): string[] {
  return Array.from({ length: lines.count }, (_, line) =>
    Array.from(lines.charactersOf(line), ({ text }) => text).join(''),
  );
}

describe('PageText', () => {
  it('knows its tokens by their places, as they are and as they are shown', () => {
    const text = textOf(['a', '\n', '', '\t', 'bcd', '👩‍👧']);
    expect(text.shown).toBe('a↵\n→   bcd👩‍👧');
    expect(text.slice(3, 6)).toBe('\tbcd👩‍👧');
    expect([0, 1, 2, 3, 5, 6].map((unit) => text.tokenAt(unit))).toEqual([0, 1, 3, 4, 4, 5]);
    expect([0, 1, 2, 3, 6, 7].map((unit) => text.tokenAtShown(unit))).toEqual([0, 1, 1, 3, 3, 4]);
    expect(text.shownToken(1)).toBe('↵');
    expect(textOf([...'abab']).kinds).toEqual(Uint32Array.of(0, 1, 0, 1));
  });
});

describe('wordAround', () => {
  it('is the word that a token is in, or the token where it is in none', () => {
    const text = textOf([...'né, x1']);
    expect([0, 1, 2, 3, 5].map((token) => Object.values(text.wordAround(token)))).toEqual([
      [0, 2],
      [0, 2],
      [2, 3],
      [3, 4],
      [4, 6],
    ]);
  });
});

describe('TextLines', () => {
  it('breaks at line ends, between words, and within what is longer than a line', () => {
    const lines = linesOf(textOf([...'to be or not\n\nunbelievably so']), 6);
    expect(rowsOf(lines)).toEqual(['to be ', 'or ', 'not↵', '↵', 'unbeli', 'evably', ' so']);
  });

  it('says in which token and column a character is', () => {
    const lines = linesOf(textOf(['ab', '語', '\n', '👩‍👧', 'c']), 9);
    expect([...lines.charactersOf(0)].map(({ token, column, width }) => [token, column, width])).toEqual([
      [0, 0, 1],
      [0, 1, 1],
      [1, 2, 2],
      [2, 4, 1],
    ]);
    expect([...lines.charactersOf(1)]).toEqual([
      { text: '👩‍👧', token: 3, column: 0, width: 2 },
      { text: 'c', token: 4, column: 2, width: 1 },
    ]);
    expect([0, 1, 2, 3, 4].map((token) => lines.lineOf(token))).toEqual([0, 0, 0, 1, 1]);
    expect([...lines.charactersOf(2)]).toEqual([]);
  });

  it('loses nothing, and no line is longer than it may be', () => {
    const token = fc.constantFrom('a', ' ', '\n', 'two words', 'long'.repeat(9), '語', 'é', '\t', '');
    fc.assert(
      fc.property(fc.array(token), fc.integer({ min: 4, max: 20 }), (tokens, columns) => {
        const text = textOf(tokens);
        const lines = linesOf(text, columns);
        expect(rowsOf(lines).join('')).toBe(text.shown.replaceAll('\n', ''));
        for (let line = 0; line < lines.count; line++) {
          const width = [...lines.charactersOf(line)].reduce((sum, character) => sum + character.width, 0);
          expect(width).toBeLessThanOrEqual(columns);
        }
      }),
    );
  });

  it('has a line where there is no text', () => {
    expect(rowsOf(linesOf(textOf([]), 8))).toEqual(['']);
  });
});

describe('stretchesWith', () => {
  const text = textOf(['To', ' ', 'be', ' ', 'or', ' ', 'not', ' ', 'to', ' ', 'be']);

  it('finds in capitals or not what has none, by tokens', () => {
    expect(stretchesWith(text, 'to b')).toEqual([
      { start: 0, end: 3 },
      { start: 8, end: 11 },
    ]);
    expect(stretchesWith(text, 'To')).toEqual([{ start: 0, end: 1 }]);
    expect(stretchesWith(text, '')).toEqual([]);
    expect(stretchesWith(text, 'nothing')).toEqual([]);
  });

  it('finds the right places though a small letter is longer than its capital', () => {
    expect(stretchesWith(textOf(['İ', 'İ', 'b']), 'b')).toEqual([{ start: 2, end: 3 }]);
  });
});
