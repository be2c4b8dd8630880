import { describe, expect, it } from 'vitest';
import { indentation, insideIndentation, lineOfParagraph, positionInLine } from '../../../src/text/features/lines.ts';
import { digits, expectMarked } from './marks.ts';

describe('position in the line', () => {
  it('counts from the line end, which is 0', () => {
    expect(digits(positionInLine('abc\n\nde'))).toBe('1230012');
  });
});

describe('line of the paragraph', () => {
  it('counts line ends, until a line with nothing but white space', () => {
    expect(digits(lineOfParagraph('a\nb\n \t\nc\n\nd'))).toBe('01122200100');
  });
});

describe('indentation', () => {
  it('is as wide as the white space at the start of the line, tabs going to the next multiple of 8', () => {
    expect(digits(indentation('  a b\n\tc\n \td'))).toBe('122220880188');
  });

  it('tells where nothing else was read yet', () => {
    expectMarked(insideIndentation, '  a b', '^^', 'c d', '', '\t e', '^^');
  });
});
