import { describe, expect, it } from 'vitest';
import { filesInWords, foldedFiles } from '../../src/report/files-in-words.ts';

const chapters = Array.from({ length: 135 }, (_, i) => `chapter & ${i + 1}.txt`);

describe('filesInWords', () => {
  it('names a few files, and of many the first with the number of the others', () => {
    expect(filesInWords(['a.txt'])).toBe('a.txt');
    expect(filesInWords(['a.txt', 'b.txt', 'c.txt'])).toBe('a.txt, b.txt, c.txt');
    expect(filesInWords(['a.txt', 'b.txt', 'c.txt', 'd.txt'])).toBe('a.txt and 3 more files');
    expect(filesInWords(chapters)).toBe('chapter & 1.txt and 134 more files');
  });
});

describe('foldedFiles', () => {
  it('has all names where the words leave some out', () => {
    expect(foldedFiles(['a.txt', 'b.txt', 'c.txt'])).toBeUndefined();
    const { text } = foldedFiles(chapters)!;
    expect(text).toMatch(/^<details><summary>all 135 files<\/summary>.*<\/details>$/);
    expect(text.match(/chapter &#38; \d+\.txt/g)).toHaveLength(135);
  });
});
