/** The task of writing captions that score well, for the trainer: self-critical sequence training. */
import type { Random } from '../base/random.ts';
import { mapSteps, partOf, type Steps } from '../base/steps.ts';
import { sampleSequences } from '../decoding/sample-sequences.ts';
import type { Sequence } from '../decoding/sequence.ts';
import type { StepFunction } from '../decoding/step.ts';
import { sentenceBleu } from '../metrics/bleu.ts';
import { CiderScorer } from '../metrics/cider.ts';
import { tokenizerOf } from '../metrics/language-words.ts';
import { countNgrams, type NgramCounts } from '../metrics/ngrams.ts';
import { createStepper } from '../model/stepper.ts';
import { END } from '../text/special-tokens.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { shuffledBatches } from '../training/shuffled-batches.ts';
import type { TrainingTask } from '../training/task.ts';
import { type CaptionExample, eitherView, repeatsOf, type Seen } from './batch.ts';
import type { CaptionsByPicture } from './caption.ts';
import type { Captioner } from './captioner.ts';
import type { CaptionSettings } from './config.ts';
import { startIds } from './languages.ts';
import type { CaptionSets } from './sets.ts';
import { captionValidation } from './validation.ts';
import { specialIds } from './vocabulary.ts';

/** How many captions are drawn for each picture: enough for the mean of the others to be a baseline of each. */
const SAMPLES = 5;
/** Below 1, so that captions are drawn that the model is likely to write. */
const TEMPERATURE = 0.5;
/**
 * Weight of BLEU-4, from 0 to 1, in the reward beside CIDEr-D, from 0 to 10. CIDEr-D alone rewards rare words at the cost
 * of BLEU (rewards are mixed in Liu et al. 2017, "Improved image captioning via policy gradient optimization of
 * SPIDEr").
 */
const BLEU_WEIGHT = 2;

/**
 * Self-critical sequence training (Rennie et al. 2017): captions are drawn from the model, and those with a higher reward
 * than the others of the same picture are made likelier, the others less likely. The reward is CIDEr-D and smoothed
 * BLEU-4. The baseline of a caption is the mean reward of the others (Luo 2020, "A better variant of self-critical
 * sequence training"), which needs no greedy decoding. For CIDEr-D END counts as a word; without that captions learn to
 * break off.
 *
 * The objective is the negative mean reward; an epoch shows each picture once, or as often as the weight of its dataset
 * says. How rare words are, for CIDEr-D, is counted in all training captions together, each once, of each language by
 * itself. A picture with captions in two languages is shown for each, and rewarded by the captions in that one.
 */
export function* selfCriticalTaskSteps(
  captioner: Captioner,
  { training, validation }: CaptionSets,
  { batch: batchSize, seed }: CaptionSettings,
): Steps<TrainingTask> {
  const { model, vocabulary } = captioner;
  const D = model.shape.condition;
  const { start, end, forbidden } = specialIds(vocabulary);
  const starts = startIds(vocabulary);
  const startOf = (picture: number) => starts.get(training.languages?.[picture])!;
  const rules = {
    start,
    end,
    forbidden,
    minLength: 1,
    maxLength: 20,
    samples: SAMPLES,
    temperature: TEMPERATURE,
  };
  const scorers = yield* scorersSteps(training);
  const begin = createStepper(model, batchSize);
  const atOnce = Math.max(1, Math.floor(batchSize / SAMPLES));
  const weightOf = (picture: number) => repeatsOf(training, picture);
  const { perEpoch, batchOf, randomOf } = shuffledBatches([...training.names.keys()], atOnce, seed, weightOf);

  return {
    iterationsPerEpoch: perEpoch,
    batchSize: atOnce * SAMPLES,

    batch(iteration) {
      const random = randomOf(iteration);
      const pictures = batchOf(iteration);
      const seen = pictures.map((picture) => eitherView(training, picture, D, random));
      const step = beginningWith(pictures.map(startOf), beginOn(seen), start);
      const sampled = sampleSequences(step, new Array<Random>(pictures.length).fill(random), rules);
      const rewards = sampled.map((sequences, i) => rewardsOf(sequences, scorers[pictures[i]!]!, vocabulary));
      const examples = sampled.flatMap((sequences, i) =>
        sequences.map((sequence, j) => ({
          picture: i,
          ...read(sequence, startOf(pictures[i]!), end),
          weight: advantage(rewards[i]!, j),
        })),
      );
      const batch = captioner.batchOf(examples, ({ picture }) => seen[picture]!);
      return { ...batch, objective: -mean(rewards.flat()) };
    },

    validate: captionValidation(captioner, validation, batchSize),
  };

  /** A step function for as many pictures. */
  function beginOn(seen: readonly Seen[]): StepFunction {
    const condition = new Float32Array(seen.length * D);
    for (const [n, { vector }] of seen.entries()) condition.set(vector, n * D);
    const maps = training.maps && {
      grid: training.maps.grid,
      read: (n: number, target: Float32Array) => seen[n]!.readMap!(target),
    };
    const vectors = captioner.placesOf(seen.length, maps);
    return begin({ condition, ...(vectors && { places: { vectors, sources: seen.length } }) });
  }
}

/** The rewards of captions drawn for a picture. */
function rewardsOf(
  sequences: readonly Sequence[],
  { scorer, place, ngrams }: PictureScorer,
  vocabulary: Vocabulary,
): number[] {
  const captions = sequences.map(({ tokens }) => tokens.map((token) => vocabulary.tokenOf(token)));
  const endings = sequences.map((sequence) => (hasEnded(sequence) ? [END] : []));
  const scores = scorer.score(
    place,
    captions.map((words, i) => [...words, ...endings[i]!]),
  );
  return captions.map((words, i) => scores[i]!.cider + BLEU_WEIGHT * sentenceBleu(countNgrams(words), ngrams));
}

/** What the model has read, and written, where it drew a sequence. */
function read(sequence: Sequence, start: number, end: number): Pick<CaptionExample, 'inputs' | 'targets'> {
  const targets = hasEnded(sequence) ? [...sequence.tokens, end] : sequence.tokens;
  return { inputs: [start, ...targets.slice(0, -1)], targets };
}

/** What the captions of a picture are scored by. */
interface PictureScorer {
  /** Of the pictures with captions in the same language. */
  scorer: CiderScorer;
  /** The picture's place among these. */
  place: number;
  /** Those of its references. */
  ngrams: NgramCounts[];
}

/** What the captions of each picture are scored by. */
function* scorersSteps({ captions, languages }: CaptionsByPicture): Steps<PictureScorer[]> {
  const tokenizing = mapSteps(captions, (written, picture) => written.map(tokenizerOf(languages?.[picture])));
  const references = yield* partOf(tokenizing, 0, 0.4);
  const scorers: PictureScorer[] = [];
  const different = [...new Set(languages ?? [undefined])];
  for (const [i, language] of different.entries()) {
    const pictures = [...captions.keys()].filter((picture) => languages?.[picture] === language);
    const withEnds = pictures.map((picture) => references[picture]!.map((words) => [...words, END]));
    const counting = CiderScorer.createSteps(withEnds);
    const share = (done: number) => 0.4 + (0.4 * (i + done)) / different.length;
    const scorer = yield* partOf(counting, share(0), share(1));
    for (const [place, picture] of pictures.entries()) scorers[picture] = { scorer, place, ngrams: [] };
  }
  const counting = mapSteps(references, (written) => written.map(countNgrams));
  for (const [picture, ngrams] of (yield* partOf(counting, 0.8, 1)).entries()) scorers[picture]!.ngrams = ngrams;
  return scorers;
}

/**
 * A step function whose sequences begin with a START each, where a decoder knows one for all.
 *
 * @param starts of each source
 * @param start the decoder's, which it never writes: it comes in the first call alone
 */
function beginningWith(starts: readonly number[], step: StepFunction, start: number): StepFunction {
  return (tokens, parents) =>
    step(
      tokens.map((token, i) => (token === start ? starts[parents[i]!]! : token)),
      parents,
    );
}

/** Reward j minus the mean of the others. */
function advantage(rewards: readonly number[], j: number): number {
  const reward = rewards[j]!;
  return reward - (mean(rewards) * rewards.length - reward) / (rewards.length - 1);
}

/** Whether a sequence has drawn END; if not, it was cut off at the greatest length. */
function hasEnded({ tokens, logProbs }: Sequence): boolean {
  return logProbs.length > tokens.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
