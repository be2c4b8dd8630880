/** Labels of texts, tokens and vectors for requests. Knows no threads and no HTTP. */
import { InputError } from '../../base/errors.ts';
import { runInTurns } from '../../base/steps.ts';
import { explain } from '../../sequences/explain.ts';
import { type Labelled, labelled } from '../../sequences/labelled.ts';
import type { SequenceLabeller } from '../../sequences/labeller.ts';
import { wordsOf } from '../../sequences/words.ts';

/** What a labeller is. */
export interface LabellerInfo {
  task: SequenceLabeller['config']['task'];
  labels: readonly string[];
  reads: 'words' | 'vectors' | 'pictures';
}

export function labellerInfo({ config }: SequenceLabeller): LabellerInfo {
  const { task, labels, shape, cnn } = config;
  const reads = cnn ? 'pictures' : 'vocabulary' in shape.reads ? 'words' : 'vectors';
  return { task, labels, reads };
}

/** A sequence as requests have it: a text, tokens, or vectors of a step each. */
export type LabelInput = string | string[] | number[][];

/** Words that an explanation names. */
const NAMED = 5;

/**
 * Labels sequences of one kind.
 *
 * @param explained whether the words that moved a label are told
 * @throws InputError when the model does not read them; the signal's reason
 */
export async function labelTexts(
  labeller: SequenceLabeller,
  inputs: readonly LabelInput[],
  explained: boolean,
  signal: AbortSignal,
): Promise<Labelled[]> {
  const { task } = labeller.config;
  const sequences = inputs.map((input) => sequenceOf(input, labeller));
  const predicted = (
    await runInTurns(labeller.predictSteps(sequences.filter(({ length }) => length > 0)), { signal })
  ).values();
  return sequences.map((sequence, i): Labelled => {
    const input = inputs[i]!;
    const about = typeof input === 'string' ? { text: input } : isTokens(input) ? { tokens: input } : {};
    if (sequence.length === 0) return { ...about, label: null };
    const predictions = predicted.next().value!;
    if (task === 'tag') return { ...about, tags: predictions.map(({ label }) => label) };
    const words = explained && !(sequence instanceof Float32Array) ? sequence : undefined;
    return labelled(
      about,
      labeller,
      predictions[0]!,
      words && explain(labeller, words, predictions[0]!).slice(0, NAMED),
    );
  });
}

/** What a labeller reads of an input. @throws InputError when that is of another kind */
function sequenceOf(input: LabelInput, { config, coder }: SequenceLabeller): readonly string[] | Float32Array {
  const { D, vocabulary } = coder;
  const tags = config.task === 'tag';
  if (vocabulary && typeof input === 'string' && !tags) return wordsOf(input);
  if (vocabulary && isTokens(input)) return input;
  if (!vocabulary && isVectors(input) && input.every(({ length }) => length === D))
    return Float32Array.from(input.flat());
  const expected = vocabulary ? (tags ? 'a list of tokens' : 'a text') : `a list of vectors of ${D} numbers`;
  throw new InputError('the model does not read this input', { expected });
}

function isTokens(input: LabelInput): input is string[] {
  return typeof input !== 'string' && typeof (input[0] ?? '') === 'string';
}

function isVectors(input: LabelInput): input is number[][] {
  return typeof input !== 'string' && Array.isArray(input[0]);
}
