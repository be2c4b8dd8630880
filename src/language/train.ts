/**
 * Training a language model on text files, as one text or as sequences: from new weights, from those of another model, or
 * from where it stopped.
 */
import { join } from 'node:path';
import { type ByteSource, nameOfSource } from '../base/byte-source.ts';
import { InputError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { LanguageModel } from '../model/language-model.ts';
import { holdsModel, readConfig } from '../model/model-folder.ts';
import type { Level } from '../text/tokenizer.ts';
import { type FolderTraining, refuseOtherData, runSession } from '../training/session.ts';
import { checkSettings } from '../training/settings.ts';
import type { TrainingResult } from '../training/trainer.ts';
import {
  type LanguageConfig,
  type LanguageSettings,
  type LanguageShape,
  languageConfigSchema,
  languageSettingsSchema,
  splitInWords,
} from './config.ts';
import { countData, countsOf, isSequences, type LanguageData, openData, taskOf } from './data.ts';
import { copyPipes } from './files.ts';
import { initialise } from './initialise.ts';
import { deleteIds, hashOfText, PIPES, type ReadingProgress, type TextSource } from './text.ts';
import { TextModel } from './text-model.ts';

export interface LanguageTraining extends Omit<TextSource, 'files'>, FolderTraining<LanguageConfig, LanguageData> {
  /** Files, folders, or bytes from elsewhere. */
  files: readonly (string | ByteSource)[];
  settings: LanguageSettings;
  /** A new model of some shape that reads characters, bytes or words; or a trained one that goes on with this text. */
  start: { level: Level; shape: LanguageShape } | TextModel;
  onReading?: ReadingProgress;
}

/**
 * Trains a language model on text files, of any size: their token ids are kept in a file beside the model until the
 * training is over. Those of sequences are kept in memory, and their hashes in the model's folder.
 *
 * A trained model that goes on keeps its tokens and gets those of the new text that it lacks.
 */
export async function trainLanguageModel(training: LanguageTraining): Promise<TrainingResult> {
  checkSettings(training.settings, languageSettingsSchema);
  await deleteIds(training.folder);
  try {
    return await trainAnew(training);
  } catch (error) {
    // Without a model there is nothing to go on with, which the ids and copies of pipes would be kept for.
    if (!(await holdsModel(training.folder))) await deleteIds(training.folder);
    throw error;
  }
}

async function trainAnew(training: LanguageTraining): Promise<TrainingResult> {
  const { engine, folder, settings, start, onReading: onProgress, signal } = training;
  const initial = start instanceof TextModel ? start : undefined;
  const { level, shape } = start instanceof TextModel ? start.config : start;
  if (initial?.config.settings.sequences && !settings.sequences) throw needsSequences();
  const source = await withoutPipes(training);
  const counted = await countData(source, level, settings, { known: initial?.vocabulary, onProgress, signal });
  const config: LanguageConfig = {
    format: 1,
    kind: 'language',
    level,
    shape: { ...shape, vocabulary: counted.vocabulary.size, condition: 0 },
    settings,
    text: counted.text,
    ...(initial && { continued: { files: initial.config.text.files, tokens: initial.config.text.tokens } }),
    scores: {},
  };
  // The model is saved when its text is there to be read: a folder with a model can always be resumed.
  const text = await openData(folder, source, counted, config, { onProgress, signal });
  const model = initialise(new LanguageModel(engine, config.shape), settings.initialisation, new Random(settings.seed));
  if (initial) model.copyFrom(initial.model);
  else if (settings.initialisation.name === 'scaled') {
    model.startAtFrequencies(countsOf(text));
  }
  const known = isSequences(text) ? text.known.with(initial?.known) : undefined;
  return learn(training, new TextModel(config, counted.vocabulary, model, known), text, false);
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
  const { text: trained, level } = await readConfig(folder, languageConfigSchema);
  const source = await withoutPipes(training);
  refuseOtherData(
    folder,
    { found: await hashOfText(source, level, { onProgress, signal }), expected: trained.hash },
    {
      what: 'this text',
      found: `${files.map(nameOfSource).join(', ')} with other content`,
      expected: `${trained.files.join(', ')} as it was`,
    },
  );
  const product = await TextModel.load(folder, engine);
  const { config, vocabulary } = product;
  const text = await openData(folder, source, { text: trained, vocabulary }, config, { onProgress, signal });
  return learn(training, product, text, true);
}

/** The text of a training in files that can be read several times. */
async function withoutPipes({
  folder,
  ...training
}: Omit<LanguageTraining, 'settings' | 'start'>): Promise<TextSource> {
  const { files, validationFiles, encoding, onLeftOut, onOddity } = training;
  const copied = await copyPipes([...files, ...(validationFiles ?? [])], join(folder, PIPES));
  return {
    files: copied.slice(0, files.length),
    validationFiles: validationFiles && copied.slice(files.length),
    encoding,
    onLeftOut,
    onOddity,
  };
}

/** Learns in the folder, closes the text, and deletes its ids where the training is over. */
async function learn(
  training: FolderTraining<LanguageConfig, LanguageData>,
  product: TextModel,
  text: LanguageData,
  resume: boolean,
): Promise<TrainingResult> {
  const { folder } = training;
  const { config, model } = product;
  let result: TrainingResult;
  try {
    const session = {
      product,
      folder,
      task: taskOf(model, text, config.settings),
      data: text,
      resume,
      validateFirst: config.continued !== undefined,
      measured: { split: splitInWords(config) },
    };
    result = await runSession(session, training);
  } finally {
    text.close();
  }
  if (!result.interrupted) await deleteIds(folder);
  return result;
}

function needsSequences(): InputError {
  return new InputError('a model of sequences can go on with sequences alone', {
    found: 'files that are to be read as one text',
    advice: 'Say what the sequences are: lines, documents or a column.',
    settings: ['lines', 'documents', 'column'],
  });
}
