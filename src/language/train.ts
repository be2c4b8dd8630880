import { InputError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Engine } from '../compute/engine.ts';
import { LanguageModel } from '../model/language-model.ts';
import { loadModel, readConfig, type StoredModel, saveModel } from '../model/model-folder.ts';
import type { Level } from '../text/tokenizer.ts';
import { type TrainingEvent, type TrainingResult, train } from '../training/trainer.ts';
import {
  type LanguageConfig,
  type LanguageSettings,
  type LanguageShape,
  languageConfigSchema,
  splitInWords,
} from './config.ts';
import { countIds, initialise } from './initialise.ts';
import { languageTask } from './task.ts';
import {
  countText,
  deleteIds,
  hashOfText,
  type LanguageText,
  openText,
  type ReadingProgress,
  type TextSource,
} from './text.ts';

export interface LanguageTraining extends TextSource {
  engine: Engine;
  /** Where the model goes. */
  folder: string;
  settings: LanguageSettings;
  /** A new model of some shape that reads characters, bytes or words; or a trained one that goes on with another text. */
  start: { level: Level; shape: LanguageShape } | StoredModel<LanguageConfig>;
  onReading?: ReadingProgress;
  onStart?(config: LanguageConfig, parameters: number): void;
  onEvent(event: TrainingEvent): void;
  /** Called when the training is over, while its text is still open; the best weights are in the folder. */
  onDone?(text: LanguageText): Promise<void>;
  signal?: AbortSignal | undefined;
}

/**
 * Trains a language model on text files, of any size: their token ids are kept in a file beside the model until the
 * training is over.
 *
 * A trained model that goes on keeps its tokens and gets those of the new text that it lacks.
 */
export async function trainLanguageModel(training: LanguageTraining): Promise<TrainingResult> {
  const { engine, folder, settings, start, onReading: onProgress, signal } = training;
  const initial = 'model' in start ? start : undefined;
  const level = 'model' in start ? start.config.level : start.level;
  const known = initial?.vocabulary;
  const counted = await countText(training, level, settings, { known, onProgress, signal });
  const config: LanguageConfig = {
    format: 1,
    kind: 'language',
    level,
    shape: {
      ...('model' in start ? start.config.shape : start.shape),
      vocabulary: counted.vocabulary.size,
      condition: 0,
    },
    settings,
    text: counted.text,
    ...(initial && { continued: { files: initial.config.text.files, tokens: initial.config.text.tokens } }),
    scores: {},
  };
  // The model is saved when its text is there to be read: a folder with a model can always be resumed.
  await deleteIds(folder);
  const text = await openText(folder, training, counted, config, { onProgress, signal });
  const model = initialise(new LanguageModel(engine, config.shape), settings.initialisation, new Random(settings.seed));
  if (initial) model.copyFrom(initial.model);
  else if (settings.initialisation.name === 'scaled') {
    model.startAtFrequencies(countIds(text.training, counted.vocabulary.size));
  }
  return run(training, config, text, model, false);
}

/**
 * Goes on with a training from its last checkpoint, with the settings it was started with.
 *
 * @throws InputError when the folder has no such training, or the text is not the same
 */
export async function resumeLanguageModel(
  training: Omit<LanguageTraining, 'settings' | 'start'>,
): Promise<TrainingResult> {
  const { engine, folder, files, onReading: onProgress, signal } = training;
  const config = await readConfig(folder, languageConfigSchema);
  if ((await hashOfText(training, { onProgress, signal })) !== config.text.hash) {
    throw new InputError(`${folder} was not trained on this text`, {
      found: `${files.join(', ')} with other content`,
      expected: `${config.text.files.join(', ')} as it was`,
      advice: 'Resume with the same files in the same order.',
    });
  }
  const { vocabulary, model } = await loadModel(folder, engine, languageConfigSchema);
  const counted = { text: config.text, vocabulary };
  return run(training, config, await openText(folder, training, counted, config, { onProgress, signal }), model, true);
}

async function run(
  { folder, onStart, onEvent, onDone, signal }: Omit<LanguageTraining, 'settings' | 'start'>,
  config: LanguageConfig,
  text: LanguageText,
  model: LanguageModel,
  resume: boolean,
): Promise<TrainingResult> {
  const { settings } = config;
  const { vocabulary } = text;
  let result: TrainingResult;
  try {
    if (!resume) await saveModel(folder, { config, vocabulary, model });
    onStart?.(config, model.size);
    result = await train({
      model,
      task: languageTask(model, text, settings),
      settings,
      folder,
      resume,
      validateFirst: config.continued !== undefined,
      onEvent,
      signal,
      async saveBest({ scores }, { iteration }) {
        const measured = 'loss' in scores ? { ...scores, split: splitInWords(config) } : scores;
        const saved = { ...config, scores: { ...measured, iteration } };
        await saveModel(folder, { config: saved, vocabulary, model });
      },
    });
    if (!result.interrupted) await onDone?.(text);
  } finally {
    text.close();
  }
  if (!result.interrupted) await deleteIds(folder);
  return result;
}
