/** Which features a text is looked at for, and what they are at its tokens. */
import { bracketFeatures } from './brackets.ts';
import { codeFeatures, looksLikeCode } from './code.ts';
import type { TextFeature } from './feature.ts';
import { lineFeatures } from './lines.ts';
import { sentenceFeatures, wordFeatures } from './words.ts';

/** The features of prose or of source code, whichever the text looks like. */
export function featuresFor(text: string): readonly TextFeature[] {
  const special = looksLikeCode(text) ? codeFeatures : [...sentenceFeatures, ...bracketFeatures()];
  return [...special, ...lineFeatures, ...wordFeatures];
}

/** The value of a feature after each token; joined, the tokens are the text. */
export function valuesAtTokens(feature: TextFeature, tokens: readonly string[]): Float32Array {
  const values = feature.values(tokens.join(''));
  let length = 0;
  return Float32Array.from(tokens, (token) => {
    length += token.length;
    return values[length - 1] ?? 0; // a byte may complete no character yet
  });
}
