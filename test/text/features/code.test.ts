import { describe, expect, it } from 'vitest';
import {
  codeFeatures,
  insideComment,
  insideIfCondition,
  insidePreprocessorLine,
  insideString,
  looksLikeCode,
} from '../../../src/text/features/code.ts';
import { digits, expectMarked } from './marks.ts';

const { raw } = String;

describe('inside a comment', () => {
  it('goes from the second character of its opening to before the last of its closing', () => {
    expectMarked(insideComment, 'a /* b */ c // d', '   ^^^^^     ^^^', 'e /**/ f /*/ g */ h', '   ^^     ^^^^^^');
  });

  it('does not nest, and goes over line ends', () => {
    expectMarked(
      insideComment,
      '/* a /* b */ c */',
      ' ^^^^^^^^^^',
      'a = b * c / d; /*',
      '                ^^',
      ' * e',
      '^^^^^',
      ' */ f',
      '^^',
    );
  });

  it('of one line goes on behind a backslash', () => {
    expectMarked(insideComment, raw`// a \ `.trim(), ' ^^^^^^', 'b', '^', 'c', '');
  });

  it('is none inside a string or a character literal', () => {
    expectMarked(insideComment, `s = "/* a" b '//' c;`, '');
  });
});

describe('inside a string', () => {
  it('ends before the closing mark, whatever is escaped', () => {
    expectMarked(insideString, raw`f("a \" b", '\'', '"', "\\", c);`, '  ^^^^^^^   ^^^   ^^   ^^^');
  });

  it('is none inside a comment', () => {
    expectMarked(insideString, `/* don't say "a */ b`, '', "// can't", '', 'c', '');
  });

  it('that is not closed ends with its line, unless a backslash ends the line', () => {
    expectMarked(insideString, "#error don't", '          ^^', raw`a "b \ `.trim(), '  ^^^^^', 'c" d', '^');
  });
});

describe('inside an if condition', () => {
  it('ends with the bracket that closes the first one', () => {
    expectMarked(
      insideIfCondition,
      'if (a && f(b, (c))) d(e);',
      '   ^^^^^^^^^^^^^^^',
      '} else if(x) y();',
      '         ^^',
      'while (a) if',
      '',
      '  (b) c',
      '  ^^',
    );
  });

  it('is not fooled by brackets in strings and comments, nor by names that end in if', () => {
    expectMarked(
      insideIfCondition,
      `if (a == ')' /* ) */ || ")") b;`,
      '   ^^^^^^^^^^^^^^^^^^^^^^^^',
      'elif (a) endif(b) x_if (c); /* if (d) */',
      '',
    );
  });
});

describe('inside a preprocessor line', () => {
  it('goes from # to the line end, over lines that a backslash adds', () => {
    expectMarked(
      insidePreprocessorLine,
      'a # b',
      '',
      raw`  #define A(b) \ `.trimEnd(),
      '  ^^^^^^^^^^^^^^^',
      '  c',
      '^^^',
      '/* # */ d',
      '',
    );
  });
});

describe('brackets in code', () => {
  const valuesOf = (name: string, text: string) => {
    const feature = codeFeatures.find((feature) => feature.name === name);
    return feature && digits(feature.values(text));
  };

  it('do not count in strings and comments', () => {
    expect(valuesOf('depth of brackets', 'f(a[1]) { "(" /* { */ }')).toBe('01122100111111111111110');
  });

  it('are all closed by a brace that begins a line', () => {
    expect(valuesOf('depth of brackets', 'f{((\n  }\n}(')).toBe('01233332201');
  });

  it('are told apart by kind', () => {
    expect(valuesOf('inside ( )', '(())[]{}')).toBe('11100000');
    expect(valuesOf('inside [ ]', '(())[]{}')).toBe('00001000');
    expect(valuesOf('inside { }', '(())[]{}')).toBe('00000010');
  });
});

describe('looksLikeCode', () => {
  it('tells C from prose', () => {
    expect(looksLikeCode('int main(void) {\n    return 0;\n}\n')).toBe(true);
    expect(looksLikeCode('"Well," he said;\nand so on,\nfor a while,\nuntil it ended.\n\nAll was\nwell\nthen.')).toBe(
      false,
    );
  });
});
