import { describe, expect, it } from 'vitest';
import { likeliest, scorePage } from '../../src/language/score-page.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';

describe('likeliest', () => {
  it('has the highest, best first, as many as there are', () => {
    const vocabulary = new Vocabulary(['a', 'b', 'c', 'd', 'e']);
    const logProbs = Float32Array.from([-3, -1, -2, -1.5, -9]);
    const tokens = (count: number) => likeliest(logProbs, count, vocabulary).map(({ token }) => token);
    expect(tokens(3)).toEqual(['b', 'd', 'c']);
    expect(tokens(9)).toEqual(['b', 'd', 'c', 'a', 'e']);
    expect(likeliest(logProbs, 1, vocabulary)[0]?.logProb).toBe(-1);
  });
});

describe('scorePage', () => {
  const score = { tokens: 20_000, unknown: 3, logProb: -30_000.04, nats: 1.5, bits: 2.16404, perplexity: 4.4817 };
  const shown = [
    { text: '<', logProb: Math.log(0.3), alternatives: [{ token: '"', logProb: Math.log(0.6) }] },
    { text: '\n', logProb: Math.log(1e-5), alternatives: [{ token: '&', logProb: Math.log(0.9) }] },
  ];
  const page = scorePage('<model>', 'character', [{ name: '<a>.txt', score, shown }]);

  it('has the figures and says how much of the text is shown', () => {
    for (const text of ['-30000.0 nats', '1.5000 nats, 2.1640 bits', '4.482', '20,000, 3 of them unknown']) {
      expect(page).toContain(text);
    }
    expect(page).toContain('These are the first 2 characters; the figures are of all 20,000.');
  });

  it('colours tokens and names their probability and the alternatives, everything escaped', () => {
    expect(page).toContain('<span class="s1" title="30.0 %; likeliest: &#34;\\&#34;&#34; 60.0 %">&#60;</span>');
    expect(page).toContain('<span class="s9" title="1.0e-3 %; likeliest: &#34;&#38;&#34; 90.0 %">↵\n</span>');
    expect(page).toContain('<h2>&#60;a&#62;.txt</h2>');
    expect(page).not.toMatch(/<model>|<a>/);
  });

  it('loads nothing', () => {
    expect(page).not.toMatch(/<script|<link|src=|href=|url\(/);
  });
});
