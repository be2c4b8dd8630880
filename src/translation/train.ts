import { createHash } from 'node:crypto';
import { InputError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Engine } from '../compute/engine.ts';
import { EncoderDecoder, type PairBatch } from '../model/encoder-decoder.ts';
import type { SequenceSettings } from '../sequences/config.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { type Split, splitData } from '../training/split.ts';
import { type TrainingEvent, type TrainingResult, train } from '../training/trainer.ts';
import type { NewTranslator, TranslationConfig } from './config.ts';
import type { Pair, PairData } from './pairs.ts';
import { translationTask } from './task.ts';
import { Translator } from './translator.ts';
import { END, encodeText, translationVocabulary } from './words.ts';

export interface TranslationTraining {
  engine: Engine;
  /** Where the model goes. */
  folder: string;
  data: PairData;
  /** What chooses the best weights, if not a part of the data. */
  validation?: PairData | undefined;
  settings: SequenceSettings;
  start: NewTranslator;
  onStart?(config: TranslationConfig, parameters: number): void;
  onEvent(event: TrainingEvent): void;
  /** Called when the training is over, with what it was measured on; the best weights are in the folder. */
  onDone?(validation: readonly Pair[]): Promise<void>;
  signal?: AbortSignal | undefined;
}

/**
 * Trains a translator; a part of the pairs, or other ones, choose the best weights.
 *
 * @throws InputError when no word of one side comes often enough to be learned
 */
export async function trainTranslator(training: TranslationTraining): Promise<TrainingResult> {
  const { engine, folder, data, settings, start } = training;
  const split = splitData(training, settings);
  const vocabularies = {
    source: translationVocabulary(textsOf(split, 'source'), settings.minCount, 'texts'),
    target: translationVocabulary(textsOf(split, 'target'), settings.minCount, 'translations'),
  };
  const shape = { ...start, source: vocabularies.source.size, target: vocabularies.target.size };
  const config: TranslationConfig = {
    format: 1,
    kind: 'translation',
    shape,
    settings,
    data: {
      name: data.name,
      training: split.training.length,
      validation: split.validation.length,
      split: split.name,
      hash: hashOf(split),
    },
    scores: {},
  };
  const model = new EncoderDecoder(engine, shape).initialise(new Random(settings.seed));
  model.decoder.startAtFrequencies(countTargets(split.training, vocabularies.target));
  const translator = new Translator(config, vocabularies, model);
  await translator.save(folder, {});
  return run(training, translator, split, false);
}

/**
 * Goes on with a training from its last checkpoint, with the settings it was started with.
 *
 * @throws InputError when the folder has no such training, or the data is not the same
 */
export async function resumeTranslator(
  training: Omit<TranslationTraining, 'settings' | 'start'>,
): Promise<TrainingResult> {
  const { engine, folder } = training;
  const translator = await Translator.load(folder, engine);
  const { settings, data } = translator.config;
  const split = splitData(training, settings);
  if (hashOf(split) !== data.hash) {
    throw new InputError(`${folder} was not trained on these pairs`, {
      found: `${split.training.length} pairs of ${training.data.name}`,
      expected: `the ${data.training} of ${data.name}`,
      advice: 'Resume with the data it was started with.',
    });
  }
  return run(training, translator, split, true);
}

async function run(
  { folder, onStart, onEvent, onDone, signal }: Omit<TranslationTraining, 'settings' | 'start'>,
  translator: Translator,
  split: Split<Pair>,
  resume: boolean,
): Promise<TrainingResult> {
  const { model, config } = translator;
  const { settings } = config;
  onStart?.(config, model.size);
  const result = await train<PairBatch>({
    model,
    task: translationTask(translator, split, settings),
    settings,
    folder,
    resume,
    onEvent,
    signal,
    saveBest: ({ scores }, { iteration }) =>
      translator.save(folder, { ...scores, ...('loss' in scores && { split: split.name }), iteration }),
  });
  if (!result.interrupted) await onDone?.(split.validation);
  return result;
}

function textsOf({ training }: Split<Pair>, side: keyof Pair): string[] {
  return training.map((pair) => pair[side]);
}

/** How often each token is to be written. */
function countTargets(pairs: readonly Pair[], vocabulary: Vocabulary): Float64Array {
  const counts = new Float64Array(vocabulary.size);
  for (const { target } of pairs) for (const id of encodeText(target, vocabulary)) counts[id]! += 1;
  counts[END] = pairs.length;
  return counts;
}

function hashOf({ training, validation }: Split<Pair>): string {
  const hash = createHash('sha256');
  for (const { source, target } of [...training, ...validation]) hash.update(`${source}\t${target}\n`);
  return hash.digest('hex').slice(0, 16);
}
