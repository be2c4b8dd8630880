/** Simpler ways to say a label, to compare with. */
import { countTokens } from '../text/vocabulary.ts';
import type { Task } from './config.ts';
import { isWords, type SequenceExample } from './data/example.ts';
import { NaiveBayes } from './naive-bayes.ts';

/**
 * The accuracy of simpler ways that learn from the same examples and are measured on the same others, by name: the
 * most frequent label; for words naive Bayes, or the most frequent tag of each.
 */
export function baselinesOf(
  task: Task,
  training: readonly SequenceExample[],
  validation: readonly SequenceExample[],
): Record<string, number> {
  if (validation.length === 0) return {};
  const [[frequent = ''] = []] = countTokens(training.flatMap(({ labels }) => labels));
  const always = {
    'most frequent label': accuracyOf(validation, ({ labels }) => labels.map(() => frequent)),
  };
  if (!isWords(training[0]?.inputs ?? [])) return always;
  if (task === 'tag') {
    const tagOf = frequentTags(training);
    const tags = ({ inputs }: SequenceExample) =>
      isWords(inputs) ? inputs.map((word) => tagOf.get(word) ?? frequent) : [];
    return { ...always, 'most frequent tag of each word': accuracyOf(validation, tags) };
  }
  const bayes = new NaiveBayes(training);
  return {
    ...always,
    'naive Bayes': accuracyOf(validation, ({ inputs }) => [bayes.classify(isWords(inputs) ? inputs : [])]),
  };
}

function accuracyOf(
  examples: readonly SequenceExample[],
  labelsOf: (example: SequenceExample) => readonly string[],
): number {
  let [right, all] = [0, 0];
  for (const example of examples) {
    const said = labelsOf(example);
    right += example.labels.filter((label, i) => label === said[i]).length;
    all += example.labels.length;
  }
  return right / all;
}

function frequentTags(examples: readonly SequenceExample[]): Map<string, string> {
  const counts = new Map<string, string[]>();
  for (const { inputs, labels } of examples) {
    if (!isWords(inputs)) continue;
    for (const [i, word] of inputs.entries()) {
      const tags = counts.get(word) ?? [];
      tags.push(labels[i] ?? '');
      counts.set(word, tags);
    }
  }
  return new Map([...counts].map(([word, tags]) => [word, countTokens(tags)[0]?.[0] ?? '']));
}
