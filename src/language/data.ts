/** What a language model learns from: one text, or sequences of their own. The one place that tells the two apart. */
import type { LanguageModel } from '../model/language-model.ts';
import { countIds } from '../text/corpus.ts';
import type { Level } from '../text/tokenizer.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import type { TrainingTask } from '../training/task.ts';
import type { LanguageConfig, LanguageSettings } from './config.ts';
import { exampleSequencesTask } from './sequence-task.ts';
import { countSequences, type LanguageSequences, openSequences } from './sequences.ts';
import { languageTask } from './task.ts';
import { type CountedText, countText, type LanguageText, openText, type Reading, type TextSource } from './text.ts';

export type LanguageData = LanguageText | LanguageSequences;

/** Whether data is sequences. */
export function isSequences(data: LanguageData): data is LanguageSequences {
  return 'kind' in data;
}

/** Counts a text or sequences, as the settings have it. @throws InputError as `countText` and `countSequences` do */
export function countData(
  source: TextSource,
  level: Level,
  { sequences, ...settings }: LanguageSettings,
  reading: Reading & { known?: Vocabulary | undefined },
): Promise<CountedText> {
  return sequences
    ? countSequences(source, level, { ...settings, sequences }, reading)
    : countText(source, level, settings, reading);
}

/** Opens what was counted. @throws InputError as `openText` and `openSequences` do */
export function openData(
  folder: string,
  source: TextSource,
  counted: CountedText,
  { level, settings: { sequences, ...settings } }: Pick<LanguageConfig, 'level' | 'settings'>,
  reading: Reading,
): Promise<LanguageData> {
  return sequences
    ? openSequences(source, counted, { level, settings: { ...settings, sequences } }, reading)
    : openText(folder, source, counted, { level, settings }, reading);
}

/** How often each of V tokens is to be predicted, [V]; of a long text in its beginning. */
export function countsOf(data: LanguageData): Uint32Array {
  const V = data.vocabulary.size;
  return isSequences(data) ? data.training.counts(V) : countIds(data.training, V);
}

/** The task of learning it. */
export function taskOf(model: LanguageModel, data: LanguageData, settings: LanguageSettings): TrainingTask {
  return isSequences(data) ? exampleSequencesTask(model, data, settings) : languageTask(model, data, settings);
}
