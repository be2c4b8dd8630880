import { expect, it } from 'vitest';
import { visible } from '../../src/report/visible.ts';

it('visible shows line ends, tabs and control characters, and leaves the rest', () => {
  expect(visible('a b é 👍')).toBe('a b é 👍');
  expect(visible('a\nb\r\nc\td')).toBe('a↵\nb↵\nc→   d');
  expect(visible('\u001b[31m\u0000\r\u007f\u009b\ufffe')).toBe('␛[31m␀␍␡\ufffd\ufffd');
});
