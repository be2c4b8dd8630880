import { InputError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Engine } from '../compute/engine.ts';
import { LanguageModel, type LanguageModelShape } from '../model/language-model.ts';
import { readConfig, saveModel } from '../model/model-folder.ts';
import { type TrainingEvent, type TrainingResult, train } from '../training/trainer.ts';
import { type LanguageConfig, type LanguageSettings, languageConfigSchema } from './config.ts';
import { languageTask } from './task.ts';
import { type LanguageText, readLanguageText } from './text.ts';

export interface LanguageTraining {
  engine: Engine;
  /** Text files, read as one text. */
  files: readonly string[];
  /** Where the model goes. */
  folder: string;
  settings: LanguageSettings;
  shape: Pick<LanguageModelShape, 'cell' | 'layers' | 'hidden'>;
  onStart?(characters: number, vocabulary: number, parameters: number): void;
  onEvent(event: TrainingEvent): void;
  signal?: AbortSignal | undefined;
}

/** Trains a language model on text files. */
export async function trainLanguageModel(training: LanguageTraining): Promise<TrainingResult> {
  const { engine, files, settings, shape } = training;
  const text = await readLanguageText(files, settings);
  const config: LanguageConfig = {
    format: 1,
    kind: 'language',
    level: 'char',
    shape: { ...shape, vocabulary: text.vocabulary.size, embedding: 0, condition: 0 },
    settings,
    text: { files: text.files, tokens: text.tokens, hash: text.hash },
    scores: {},
  };
  const model = new LanguageModel(engine, config.shape).initialise(new Random(settings.seed));
  return run(training, config, text, model, false);
}

/**
 * Goes on with a training from its last checkpoint, with the settings it was started with.
 *
 * @throws InputError when the folder has no such training, or the text is not the same
 */
export async function resumeLanguageModel(
  training: Omit<LanguageTraining, 'settings' | 'shape'>,
): Promise<TrainingResult> {
  const { engine, files, folder } = training;
  const config = await readConfig(folder, languageConfigSchema);
  const text = await readLanguageText(files, config.settings);
  if (text.hash !== config.text.hash) {
    throw new InputError(`${folder} was not trained on this text`, {
      found: `${text.tokens} tokens of ${text.files.join(', ')}`,
      expected: `${config.text.tokens} tokens of ${config.text.files.join(', ')}`,
      advice: 'Resume with the same files in the same order.',
    });
  }
  return run(training, config, text, new LanguageModel(engine, config.shape), true);
}

async function run(
  { folder, onStart, onEvent, signal }: Omit<LanguageTraining, 'settings' | 'shape'>,
  config: LanguageConfig,
  text: LanguageText,
  model: LanguageModel,
  resume: boolean,
): Promise<TrainingResult> {
  const { settings } = config;
  const enough = 2 * Math.max(settings.batch, 8);
  if (text.training.length < enough || text.validation.length < enough) {
    throw new InputError(`the text is too short for a batch of ${settings.batch}`, {
      found: `${text.training.length} characters for training and ${text.validation.length} for validation`,
      expected: `at least ${enough} each`,
      advice: 'Give more text, a smaller --batch or another --val-fraction.',
    });
  }
  const { vocabulary } = text;
  if (!resume) await saveModel(folder, { config, vocabulary, model });
  onStart?.(text.tokens, vocabulary.size, model.size);
  return train({
    model,
    task: languageTask(model, text, settings),
    settings,
    folder,
    resume,
    onEvent,
    signal,
    async saveBest({ scores }, { iteration }) {
      const share = Number((settings.valFraction * 100).toPrecision(3));
      const named = { ...scores, split: `the last ${share} % of the text`, iteration };
      await saveModel(folder, { config: { ...config, scores: named }, vocabulary, model });
    },
  });
}
