/** A character model that is trained in a second or two, and the text it learns. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../src/compute/engine.ts';
import { type LanguageSettings, type LanguageShape, languageDefaults } from '../../src/language/config.ts';
import { countText, openText } from '../../src/language/text.ts';
import type { LanguageTraining } from '../../src/language/train.ts';
import type { Level } from '../../src/text/tokenizer.ts';

/** A sentence again and again: 22 different characters, no doubt about what comes next. */
export const TEXT = 'The quick brown fox jumps over\nthe lazy dog. '.repeat(60);

export const smallLanguage: LanguageSettings = {
  ...languageDefaults,
  batch: 8,
  steps: 15,
  epochs: 2,
  evaluateEvery: 5,
  learningRate: 0.01,
  dropout: 0.2,
};

/** A training on `TEXT`, which is written to a file in `root`. */
export async function smallTraining(
  engine: Engine,
  root: string,
  folder: string,
  settings: Partial<LanguageSettings> = {},
  shape: Partial<LanguageShape> = {},
): Promise<LanguageTraining & { files: string[] }> {
  const file = join(root, 'text.txt');
  await writeFile(file, TEXT);
  return {
    engine,
    files: [file],
    folder: join(root, folder),
    settings: { ...smallLanguage, ...settings },
    start: { level: 'char', shape: { cell: 'lstm', layers: 2, hidden: 20, embedding: 0, ...shape } },
    onEvent: () => {},
  };
}

/** The text of files, as a training has it; its ids go into `folder`. */
export async function openSmallText(
  files: readonly string[],
  folder: string,
  settings: Partial<LanguageSettings> = {},
  level: Level = 'char',
) {
  const all = { ...smallLanguage, ...settings };
  const counted = await countText({ files }, level, all);
  return { ...counted, ...(await openText(folder, { files }, counted, { level, settings: all })) };
}
