/** Simpler ways to say a label, to compare with. */
import { partOf, type Steps } from '../base/steps.ts';
import { countTokens } from '../text/vocabulary.ts';
import type { Task } from './config.ts';
import { isWords, type SequenceExample } from './data/example.ts';
import { NaiveBayes } from './naive-bayes.ts';

/** A simpler way: the labels that it says of an example. */
type Guess = (example: SequenceExample) => readonly string[];

/**
 * The accuracy of simpler ways that learn from the same examples and are measured on the same others, by name: the
 * most frequent label; for words naive Bayes, or the most frequent tag of each.
 */
export function* baselinesSteps(
  task: Task,
  training: readonly SequenceExample[],
  validation: readonly SequenceExample[],
): Steps<Record<string, number>> {
  if (validation.length === 0) return {};
  const [[frequent]] = countTokens(training.flatMap(({ labels }) => labels)) as [[string, number]];
  const guesses: Record<string, Guess> = { 'most frequent label': ({ labels }) => labels.map(() => frequent) };
  if (isWords(training[0]!.inputs)) {
    if (task === 'tag') {
      guesses['most frequent tag of each word'] = yield* partOf(frequentTags(training, frequent), 0, 0.5);
    } else {
      const bayes = yield* partOf(NaiveBayes.createSteps(training), 0, 0.5);
      guesses['naive Bayes'] = ({ inputs }) => [bayes.classify(isWords(inputs) ? inputs : [])];
    }
  }
  const accuracies: Record<string, number> = {};
  for (const [name, guess] of Object.entries(guesses)) {
    accuracies[name] = yield* partOf(accuracyOf(validation, guess), 0.5, 1);
  }
  return accuracies;
}

function* accuracyOf(examples: readonly SequenceExample[], guess: Guess): Steps<number> {
  let [right, all] = [0, 0];
  for (const [i, example] of examples.entries()) {
    yield i / examples.length;
    const said = guess(example);
    right += example.labels.filter((label, t) => label === said[t]).length;
    all += example.labels.length;
  }
  return right / all;
}

/** Says of each word the tag that it had most often in training, of others the most frequent one of all. */
function* frequentTags(examples: readonly SequenceExample[], frequent: string): Steps<Guess> {
  const tagsOf = new Map<string, string[]>();
  for (const [i, { inputs, labels }] of examples.entries()) {
    yield i / examples.length;
    if (!isWords(inputs)) continue;
    for (const [t, word] of inputs.entries()) {
      const tags = tagsOf.get(word) ?? [];
      tags.push(labels[t]!);
      tagsOf.set(word, tags);
    }
  }
  const tagOf = new Map(Array.from(tagsOf, ([word, tags]) => [word, countTokens(tags)[0]![0]]));
  return ({ inputs }) => (isWords(inputs) ? inputs.map((word) => tagOf.get(word) ?? frequent) : []);
}
