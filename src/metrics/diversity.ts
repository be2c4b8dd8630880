/** How varied captions are, whatever they describe (Li et al. 2016, "A Diversity-Promoting Objective Function"). */

import { countNgrams } from './ngrams.ts';

export interface Diversity {
  /** Different words over all words of all captions, from 0 to 1. */
  distinct1: number;
  /** The same of pairs of words. */
  distinct2: number;
  /** Different captions over all captions. */
  distinctCaptions: number;
  /** Different words in all captions. */
  vocabulary: number;
  /** Mean number of words in a caption. */
  meanLength: number;
}

export function diversity(captions: readonly (readonly string[])[]): Diversity {
  const words = captions.reduce((sum, caption) => sum + caption.length, 0);
  const pairs = captions.reduce((sum, caption) => sum + Math.max(0, caption.length - 1), 0);
  const counts = captions.map(countNgrams);
  const different = (n: 1 | 2) => new Set(counts.flatMap((ofCaption) => [...ofCaption[n - 1]!.keys()])).size;
  return {
    distinct1: different(1) / Math.max(1, words),
    distinct2: different(2) / Math.max(1, pairs),
    distinctCaptions: new Set(captions.map((caption) => caption.join(' '))).size / captions.length,
    vocabulary: different(1),
    meanLength: words / captions.length,
  };
}
