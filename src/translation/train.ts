/** Training a translator, from new weights or from its last checkpoint. Knows pairs of texts, not their files. */

import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { runInTurns, type Steps } from '../base/steps.ts';
import { EncoderDecoder } from '../model/encoder-decoder.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { type FolderTraining, refuseOtherData, runSession } from '../training/session.ts';
import { checkSettings } from '../training/settings.ts';
import { type DataSplit, describeSplitSteps, splitData } from '../training/split.ts';
import type { TrainingResult } from '../training/trainer.ts';
import {
  type NewTranslator,
  type TranslationConfig,
  type TranslationSettings,
  translationSettingsSchema,
} from './config.ts';
import type { Pair, PairData } from './pairs.ts';
import { translationTaskSteps } from './task.ts';
import { Translator } from './translator.ts';
import { END_ID, encodeText, translationVocabularySteps } from './words.ts';

export interface TranslationTraining extends FolderTraining<TranslationConfig, DataSplit<Pair>> {
  data: PairData;
  /** Pairs that choose the best weights. Default: a part of the data, see `valFraction` in the settings */
  validation?: PairData | undefined;
  settings: TranslationSettings;
  start: NewTranslator;
}

/**
 * Trains a new translator and keeps the weights with the highest BLEU on the validation pairs.
 *
 * @throws InputError when a setting is out of range, no word of one side comes often enough to be learned, or attention is to read one-hot vectors
 */
export async function trainTranslator(training: TranslationTraining): Promise<TrainingResult> {
  const { engine, data, settings, start, signal } = training;
  checkSettings(settings, translationSettingsSchema);
  const inTurns = <Result>(steps: Steps<Result>) => runInTurns(steps, { signal });
  if (start.attention && start.embedding === 0) {
    throw new InputError('attention reads beside word vectors', {
      found: 'embedding 0',
      expected: 'embedding of at least 1',
      settings: ['attention', 'embedding'],
    });
  }
  const split = splitData(training, settings);
  const vocabularies = {
    source: await inTurns(translationVocabularySteps(textsOf(split, 'source'), settings.minCount, 'texts')),
    target: await inTurns(translationVocabularySteps(textsOf(split, 'target'), settings.minCount, 'translations')),
  };
  const shape = { ...start, source: vocabularies.source.size, target: vocabularies.target.size };
  const config: TranslationConfig = {
    format: 1,
    kind: 'translation',
    shape,
    settings,
    data: await inTurns(describeSplitSteps(data.name, split, contentOf)),
    scores: {},
  };
  const model = new EncoderDecoder(engine, shape).initialise(new Random(settings.seed));
  model.decoder.startAtFrequencies(await inTurns(countTargetsSteps(split.training, vocabularies.target)));
  return learn(training, new Translator(config, vocabularies, model), split, false);
}

/**
 * Resumes a training from its last checkpoint, with the settings it was started with.
 *
 * @throws InputError when the folder has no such training, or the data is not the same
 */
export async function resumeTranslator(
  training: Omit<TranslationTraining, 'settings' | 'start'>,
): Promise<TrainingResult> {
  const { engine, folder, signal } = training;
  const translator = await Translator.load(folder, engine);
  const { settings, data } = translator.config;
  const split = splitData(training, settings);
  const { hash } = await runInTurns(describeSplitSteps(training.data.name, split, contentOf), { signal });
  refuseOtherData(
    folder,
    { found: hash, expected: data.hash },
    {
      what: 'these pairs',
      found: `${counted(split.training.length, 'pair')} of ${training.data.name}`,
      expected: `the ${data.training} of ${data.name}`,
    },
  );
  return learn(training, translator, split, true);
}

async function learn(
  training: FolderTraining<TranslationConfig, DataSplit<Pair>>,
  translator: Translator,
  split: DataSplit<Pair>,
  resume: boolean,
): Promise<TrainingResult> {
  const { folder, signal } = training;
  const task = await runInTurns(translationTaskSteps(translator, split, translator.config.settings), { signal });
  const measured = { split: split.name };
  return runSession({ product: translator, folder, task, data: split, resume, measured }, training);
}

function textsOf({ training }: DataSplit<Pair>, side: keyof Pair): string[] {
  return training.map((pair) => pair[side]);
}

/** How often each of V tokens is a target: words, and END once for each pair. */
function* countTargetsSteps(pairs: readonly Pair[], vocabulary: Vocabulary): Steps<Float64Array> {
  const counts = new Float64Array(vocabulary.size);
  for (const [i, { target }] of pairs.entries()) {
    yield i / pairs.length;
    for (const id of encodeText(target, vocabulary)) counts[id]! += 1;
  }
  counts[END_ID] = pairs.length;
  return counts;
}

function contentOf({ source, target }: Pair): string[] {
  return [`${source}\t${target}\n`];
}
