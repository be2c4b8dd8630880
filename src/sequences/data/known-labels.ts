/** Parts sequences whose labels a model knows from those that it can't be measured on. */
import { type Odd, type OddLines, settleOdd } from '../../datasets/odd-lines.ts';
import { labelsInWords, type SequenceData } from './example.ts';

/**
 * Sequences whose labels a model knows; the others are odd.
 *
 * @throws InputError when there are odd ones, unless they are to be left out, or when no other is left
 */
export function withKnownLabels(
  data: SequenceData,
  { labels, ...odd }: OddLines & { labels?: readonly string[] | undefined },
): SequenceData {
  if (!labels) return data;
  const known = new Set(labels);
  const found: Odd[] = [];
  const examples = data.examples.filter((example, i) => {
    const unknown = example.labels.find((label) => !known.has(label));
    if (unknown === undefined) return true;
    found.push({ at: i + 1, found: `the unlearned label ${JSON.stringify(unknown)}` });
    return false;
  });
  settleOdd(data.name, { unit: 'sequence', odd: found, left: examples.length, expected: labelsInWords(labels) }, odd);
  return { ...data, examples };
}
