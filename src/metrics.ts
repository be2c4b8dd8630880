/**
 * What `caption-lm/metrics` offers: the scores that papers on captions and translations report, equal to those of
 * pycocoevalcap and sacreBLEU. It knows no model and no picture. Browsers have the same as a part of `caption-lm/browser`.
 */

// All at once

export { type CaptionTokenizer, joinWords, tokenizerOf } from './metrics/language-words.ts';
export { type CaptionScores, scoreCaptions } from './metrics/score.ts';
export { tokenizeCaption } from './metrics/tokenize.ts';

// One by one

export { type Bleu, bleu, sacreBleu, type TokenizedCaption } from './metrics/bleu.ts';
export { type Cider, CiderScorer, cider } from './metrics/cider.ts';
export { type Diversity, diversity } from './metrics/diversity.ts';
export { rougeL } from './metrics/rouge.ts';
