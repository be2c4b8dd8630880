import { describe, expect, it } from 'vitest';
import { colourDepth, paint } from '../../src/cli/colours.ts';

const RED = [255, 0, 0] as const;
const WHITE = [255, 255, 255] as const;

describe('colourDepth', () => {
  const stream = (isTTY: boolean, bits: number) => ({ isTTY, getColorDepth: () => bits }) as NodeJS.WriteStream;

  it('is that of the terminal, and none elsewhere', () => {
    expect([24, 8, 4, 1].map((bits) => colourDepth(stream(true, bits), {}))).toEqual([24, 8, 8, 1]);
    expect(colourDepth(stream(false, 24), {})).toBe(1);
  });

  it('follows NO_COLOR before FORCE_COLOR before the terminal', () => {
    expect(colourDepth(stream(true, 24), { NO_COLOR: '1' })).toBe(1);
    expect(colourDepth(stream(true, 24), { NO_COLOR: '' })).toBe(24);
    expect(colourDepth(stream(false, 1), { NO_COLOR: '1', FORCE_COLOR: '3' })).toBe(1);
    expect(['0', '1', '2', '3', ''].map((force) => colourDepth(stream(false, 1), { FORCE_COLOR: force }))).toEqual([
      1, 8, 8, 24, 24,
    ]);
  });
});

describe('paint', () => {
  const pieces = [
    { text: 'a', colour: RED },
    { text: 'b\n', colour: RED },
    { text: 'c', colour: undefined },
    { text: 'd', colour: WHITE },
  ];

  it('colours stretches, and leaves line ends in the own colours of the terminal', () => {
    expect(paint(pieces, 24)).toBe('\u001b[30;48;2;255;0;0mab↵\u001b[0m\nc\u001b[30;48;2;255;255;255md\u001b[0m');
  });

  it('takes the nearest of 256 colours', () => {
    expect(paint(pieces, 8)).toBe('\u001b[30;48;5;196mab↵\u001b[0m\nc\u001b[30;48;5;231md\u001b[0m');
  });

  it('lets no control character of the text reach the terminal', () => {
    expect(paint([{ text: '\u001b[2J\r', colour: undefined }], 24)).toBe('␛[2J␍');
  });
});
