import { describe, expect, it } from 'vitest';
import { featuresFor, valuesAtTokens } from '../../../src/text/features/features.ts';

describe('featuresFor', () => {
  const names = (text: string) => featuresFor(text).map(({ name }) => name);

  it('has comments for code and quotes for prose, and lines for both', () => {
    const code = names('int a;\nint b; /* c */\nint d;\n');
    const prose = names('"Well," he said.\n');
    expect(code).toEqual(
      expect.arrayContaining(['inside a comment', 'inside an if condition', 'position in the line']),
    );
    expect(prose).toEqual(expect.arrayContaining(['inside quotes', 'inside ( )', 'position in the line']));
    expect(code).not.toContain('inside quotes');
    expect(prose).not.toContain('inside a comment');
    expect(new Set(code).size).toBe(code.length);
  });
});

describe('valuesAtTokens', () => {
  it('takes the value after the last code unit of each token', () => {
    const units = (text: string) => new Float32Array(text.length).map((_, i) => i);
    const values = valuesAtTokens({ name: 'unit', kind: 'number', values: units }, ['ab', 'c', '👍', 'def']);
    expect(Array.from(values)).toEqual([1, 2, 4, 7]);
  });
});
