import { describe, expect, it } from 'vitest';
import { joinTokens, LEVELS, tokenizers } from '../../src/text/tokenizer.ts';

const TEXT = 'Ünï “čödé”, 日本 👩‍🚀\r\n 0  x\n';

describe.each(LEVELS)('the %s tokenizer', (level) => {
  const tokenizer = tokenizers[level];

  it('gives tokens that make the text again', () => {
    expect(joinTokens(tokenizer.split(TEXT), tokenizer)).toBe(TEXT);
  });

  it('splits the bytes of a file as it splits the text', () => {
    expect(tokenizer.splitPiece(Buffer.from(TEXT).toString(tokenizer.encoding))).toEqual(tokenizer.split(TEXT));
  });
});

describe('the byte tokenizer', () => {
  it('has a token for each byte of UTF-8', () => {
    expect(tokenizers.byte.split('aé€')).toEqual(['a', '\xc3', '\xa9', '\xe2', '\x82', '\xac']);
  });

  it('writes a character when its last byte is there, and a replacement for one that stays incomplete', () => {
    const join = tokenizers.byte.joiner();
    expect(['\xe2', '\x82', '\xac', 'a', '\xc3'].map(join)).toEqual(['', '', '€', 'a', '']);
    expect(join()).toBe('\ufffd');
    expect(joinTokens(['\xc3', '('], tokenizers.byte)).toBe('\ufffd(');
  });
});
