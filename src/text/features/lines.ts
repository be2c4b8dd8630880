/** Features of the lines of any text. */
import { afterEach, endsParagraph, type TextFeature } from './feature.ts';

export const lineFeatures: readonly TextFeature[] = [
  { name: 'position in the line', kind: 'number', values: positionInLine },
  { name: 'line of the paragraph', kind: 'number', values: lineOfParagraph },
  { name: 'indentation', kind: 'number', values: indentation },
  { name: 'inside the indentation', kind: 'binary', values: insideIndentation },
];

/** Characters since the line began; 0 after a line end. */
export function positionInLine(text: string): Float32Array {
  let position = 0;
  return afterEach(text, (unit) => {
    position = unit === '\n' ? 0 : position + 1;
    return position;
  });
}

/** Line ends since the paragraph began; an empty line ends it. */
export function lineOfParagraph(text: string): Float32Array {
  let line = 0;
  return afterEach(text, (unit, i) => {
    if (unit === '\n') line = endsParagraph(text, i) ? 0 : line + 1;
    return line;
  });
}

const TAB = 8;

/** Columns of white space that the line began with, as far as they were read; a tab goes on to the next multiple of 8. */
export function indentation(text: string): Float32Array {
  let columns = 0;
  let leading = true;
  return afterEach(text, (unit) => {
    if (unit === '\n') [columns, leading] = [0, true];
    else if (leading && unit === ' ') columns++;
    else if (leading && unit === '\t') columns = (Math.floor(columns / TAB) + 1) * TAB;
    else leading = false;
    return columns;
  });
}

/** Whether the line has begun with white space and nothing else was read of it. */
export function insideIndentation(text: string): Float32Array {
  let leading = true;
  return afterEach(text, (unit) => {
    const blank = unit === ' ' || unit === '\t';
    leading = unit === '\n' || (leading && blank);
    return leading && blank ? 1 : 0;
  });
}
