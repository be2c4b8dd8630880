/**
 * Our side of the race `metrics`: the scores of a file with the captions of pictures; `bench/rivals/metrics.py` is the
 * same by pycocoevalcap.
 *
 *     node --import tsx bench/ours/metrics.ts CAPTIONS
 */
import { readFileSync } from 'node:fs';
import { bleu } from '../../src/metrics/bleu.ts';
import { cider } from '../../src/metrics/cider.ts';
import { rougeL } from '../../src/metrics/rouge.ts';
import { serve } from '../racing/serve.ts';

const [file = ''] = process.argv.slice(2);

await serve(async () => {
  const pictures: { candidate: string; references: string[] }[] = JSON.parse(readFileSync(file, 'utf8'));
  return {
    system: 'caption-lm',
    step() {
      const captions = pictures.map(({ candidate, references }) => ({
        candidate: candidate.split(' '),
        references: references.map((reference) => reference.split(' ')),
      }));
      const [bleu1, bleu2, bleu3, bleu4] = bleu(captions).bleu;
      const found = { 'BLEU-1': bleu1, 'BLEU-2': bleu2, 'BLEU-3': bleu3, 'BLEU-4': bleu4 };
      return {
        done: pictures.length,
        found: { ...found, 'ROUGE-L': rougeL(captions), CIDEr: cider(captions).cider },
      };
    },
  };
});
