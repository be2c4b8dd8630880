/** Baselines of sequence labelling, which know nothing of order: frequent labels, naive Bayes, frequent tags. */
import { addTo } from '../base/lists.ts';
import { partOf, type Steps } from '../base/steps.ts';
import { countTokens, countTokensSteps } from '../text/vocabulary.ts';
import type { Task } from './config.ts';
import { isWords, type SequenceExample } from './data/example.ts';
import { NaiveBayes } from './naive-bayes.ts';

/** A baseline: predicts the labels of an example, one or one for each step. */
type Baseline = (example: SequenceExample) => readonly string[];

/**
 * The accuracy of each baseline on the validation examples, by name; none without such examples. Of every kind of data:
 * the most frequent label. Of words also: naive Bayes, or with a label for each word the word's most frequent one.
 *
 * @param training at least one example
 */
export function* baselinesSteps(
  task: Task,
  training: readonly SequenceExample[],
  validation: readonly SequenceExample[],
): Steps<Record<string, number>> {
  if (validation.length === 0) return {};
  const counting = countTokensSteps(training, ({ labels }) => labels);
  const [[frequent]] = (yield* partOf(counting, 0, 0)) as [[string, number]];
  const baselines: Record<string, Baseline> = { 'most frequent label': ({ labels }) => labels.map(() => frequent) };
  if (isWords(training[0]!.inputs)) {
    if (task === 'tag') {
      baselines['most frequent tag of each word'] = yield* partOf(frequentTags(training, frequent), 0, 0.5);
    } else {
      const bayes = yield* partOf(NaiveBayes.createSteps(training), 0, 0.5);
      baselines['naive Bayes'] = ({ inputs }) => [bayes.classify(isWords(inputs) ? inputs : [])];
    }
  }
  const accuracies: Record<string, number> = {};
  for (const [name, baseline] of Object.entries(baselines)) {
    accuracies[name] = yield* partOf(accuracyOf(validation, baseline), 0.5, 1);
  }
  return accuracies;
}

function* accuracyOf(examples: readonly SequenceExample[], baseline: Baseline): Steps<number> {
  let [right, all] = [0, 0];
  for (const [i, example] of examples.entries()) {
    yield i / examples.length;
    const predictions = baseline(example);
    right += example.labels.filter((label, t) => label === predictions[t]).length;
    all += example.labels.length;
  }
  return right / all;
}

/** Predicts for each word its most frequent tag in training, and for unseen words the most frequent tag of all. */
function* frequentTags(examples: readonly SequenceExample[], frequent: string): Steps<Baseline> {
  const tagsOf = new Map<string, string[]>();
  for (const [i, { inputs, labels }] of examples.entries()) {
    yield i / examples.length;
    if (!isWords(inputs)) continue;
    for (const [t, word] of inputs.entries()) addTo(tagsOf, word, labels[t]!);
  }
  const tagOf = new Map(Array.from(tagsOf, ([word, tags]) => [word, countTokens(tags)[0]![0]]));
  return ({ inputs }) => (isWords(inputs) ? inputs.map((word) => tagOf.get(word) ?? frequent) : []);
}
