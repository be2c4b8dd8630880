/** `caption info` and `lm info`: what a model's folder says. */
import type { Command } from 'commander';
import { captionConfigSchema } from '../captioning/config.ts';
import { languagesOf } from '../captioning/languages.ts';
import { shippedCaptioner } from '../captioning/open.ts';
import { languageConfigSchema } from '../language/config.ts';
import { type ModelConfig, readConfig, readVocabulary } from '../model/model-folder.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { LM_FOLDER } from './options.ts';

/** Tokens of the vocabulary that are shown. */
const SHOWN = 20;

export function addCaptionInfoCommand(program: Command): void {
  program
    .command('info')
    .description('what a captioner is: config, vocabulary, training, scores')
    .argument('[folder]', 'a model of `caption train` (default: the captioner that ships)')
    .action(async (folder: string = shippedCaptioner()) =>
      show(folder, await readConfig(folder, captionConfigSchema), (vocabulary) => {
        const languages = languagesOf(vocabulary);
        return languages.length > 0 ? { languages } : {};
      }),
    );
}

export function addLanguageInfoCommand(program: Command): void {
  program
    .command('info')
    .description('what a language model is: config, vocabulary, training, scores')
    .argument('[folder]', 'a model of `lm train`', LM_FOLDER)
    .action(async (folder: string) => show(folder, await readConfig(folder, languageConfigSchema)));
}

/** @param more what the vocabulary says of a product, to be shown too */
async function show(
  folder: string,
  config: ModelConfig,
  more: (vocabulary: Vocabulary) => Record<string, unknown> = () => ({}),
): Promise<void> {
  const vocabulary = await readVocabulary(folder, config.shape.vocabulary);
  const shown = {
    folder,
    ...config,
    ...more(vocabulary),
    vocabulary: { size: vocabulary.size, first: vocabulary.tokens.slice(0, SHOWN) },
  };
  process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
}
