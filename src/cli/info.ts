/** `caption info` and `lm info`: what a model's folder says. */
import type { Command } from 'commander';
import { captionConfigSchema } from '../captioning/config.ts';
import { shippedCaptioner } from '../captioning/open.ts';
import { languageConfigSchema } from '../language/config.ts';
import { type ModelConfig, readConfig, readVocabulary } from '../model/model-folder.ts';
import { LM_FOLDER } from './options.ts';

/** Tokens of the vocabulary that are shown. */
const SHOWN = 20;

export function addCaptionInfoCommand(program: Command): void {
  program
    .command('info')
    .description('what a captioner is: config, vocabulary, training, scores')
    .argument('[folder]', 'a model of `caption train` (default: the captioner that ships)')
    .action(async (folder: string = shippedCaptioner()) => show(folder, await readConfig(folder, captionConfigSchema)));
}

export function addLanguageInfoCommand(program: Command): void {
  program
    .command('info')
    .description('what a language model is: config, vocabulary, training, scores')
    .argument('[folder]', 'a model of `lm train`', LM_FOLDER)
    .action(async (folder: string) => show(folder, await readConfig(folder, languageConfigSchema)));
}

async function show(folder: string, config: ModelConfig): Promise<void> {
  const { size, tokens } = await readVocabulary(folder, config.shape.vocabulary);
  const vocabulary = { size, first: tokens.slice(0, SHOWN) };
  process.stdout.write(`${JSON.stringify({ folder, ...config, vocabulary }, null, 2)}\n`);
}
