/** Training a translator, from its first weights or from where it stopped. Knows pairs of texts, not their files. */
import { createHash } from 'node:crypto';
import { Random } from '../base/random.ts';
import type { Engine } from '../compute/engine.ts';
import { EncoderDecoder } from '../model/encoder-decoder.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { refuseOtherData, runSession, type TrainingHooks } from '../training/session.ts';
import { type DataSplit, splitData } from '../training/split.ts';
import type { TrainingResult } from '../training/trainer.ts';
import type { NewTranslator, TranslationConfig, TranslationSettings } from './config.ts';
import type { Pair, PairData } from './pairs.ts';
import { translationTask } from './task.ts';
import { Translator } from './translator.ts';
import { END_ID, encodeText, translationVocabulary } from './words.ts';

export interface TranslationTraining extends TrainingHooks<TranslationConfig, DataSplit<Pair>> {
  engine: Engine;
  /** Where the model goes. */
  folder: string;
  data: PairData;
  /** What chooses the best weights, if not a part of the data. */
  validation?: PairData | undefined;
  settings: TranslationSettings;
  start: NewTranslator;
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
  return learn(training, new Translator(config, vocabularies, model), split, { folder, resume: false });
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
  refuseOtherData(
    folder,
    { found: hashOf(split), expected: data.hash },
    {
      what: 'these pairs',
      found: `${split.training.length} pairs of ${training.data.name}`,
      expected: `the ${data.training} of ${data.name}`,
    },
  );
  return learn(training, translator, split, { folder, resume: true });
}

function learn(
  hooks: TrainingHooks<TranslationConfig, DataSplit<Pair>>,
  translator: Translator,
  split: DataSplit<Pair>,
  where: { folder: string; resume: boolean },
): Promise<TrainingResult> {
  const task = translationTask(translator, split, translator.config.settings);
  const { folder, resume } = where;
  return runSession({ product: translator, folder, task, data: split, resume, measured: { split: split.name } }, hooks);
}

function textsOf({ training }: DataSplit<Pair>, side: keyof Pair): string[] {
  return training.map((pair) => pair[side]);
}

/** How often each token is to be written. */
function countTargets(pairs: readonly Pair[], vocabulary: Vocabulary): Float64Array {
  const counts = new Float64Array(vocabulary.size);
  for (const { target } of pairs) for (const id of encodeText(target, vocabulary)) counts[id]! += 1;
  counts[END_ID] = pairs.length;
  return counts;
}

function hashOf({ training, validation }: DataSplit<Pair>): string {
  const hash = createHash('sha256');
  for (const { source, target } of [...training, ...validation]) hash.update(`${source}\t${target}\n`);
  return hash.digest('hex').slice(0, 16);
}
