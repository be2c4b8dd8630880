/** `caption info`, `lm info` and `seq info`: what a model's folder says. */
import type { Command } from 'commander';
import { captionConfigSchema } from '../captioning/config.ts';
import { languagesOf } from '../captioning/languages.ts';
import { shippedCaptioner } from '../captioning/open.ts';
import { languageConfigSchema } from '../language/config.ts';
import { readConfig, readVocabulary } from '../model/model-folder.ts';
import { sequenceConfigSchema } from '../sequences/config.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { translationConfigSchema } from '../translation/config.ts';
import { LM_FOLDER } from './options.ts';
import { isTranslator, SEQ_FOLDER } from './seq-options.ts';

/** Tokens of the vocabulary that are shown. */
const SHOWN = 20;

export function addCaptionInfoCommand(program: Command): void {
  program
    .command('info')
    .description('what a captioner is: config, vocabulary, training, scores')
    .argument('[folder]', 'a model of `caption train` (default: the captioner that ships)')
    .action(async (folder: string = shippedCaptioner()) => {
      const config = await readConfig(folder, captionConfigSchema);
      const vocabulary = await readVocabulary(folder, config.shape.vocabulary);
      const languages = languagesOf(vocabulary);
      print({ folder, ...config, ...(languages.length > 0 && { languages }), ...beginningOf(vocabulary) });
    });
}

export function addLanguageInfoCommand(program: Command): void {
  program
    .command('info')
    .description('what a language model is: config, vocabulary, training, scores')
    .argument('[folder]', 'a model of `lm train`', LM_FOLDER)
    .action(async (folder: string) => {
      const config = await readConfig(folder, languageConfigSchema);
      print({ folder, ...config, ...beginningOf(await readVocabulary(folder, config.shape.vocabulary)) });
    });
}

export function addSequenceInfoCommand(program: Command): void {
  program
    .command('info')
    .description('what a model of sequences is: config, labels, training, scores')
    .argument('[folder]', 'a model of `seq train`', SEQ_FOLDER)
    .action(async (folder: string) => {
      if (await isTranslator(folder)) return print({ folder, ...(await readConfig(folder, translationConfigSchema)) });
      const config = await readConfig(folder, sequenceConfigSchema);
      const { reads } = config.shape;
      const vocabulary = 'vocabulary' in reads ? await readVocabulary(folder, reads.vocabulary) : undefined;
      print({ folder, ...config, ...(vocabulary && beginningOf(vocabulary)) });
    });
}

function beginningOf({ size, tokens }: Vocabulary) {
  return { vocabulary: { size, first: tokens.slice(0, SHOWN) } };
}

function print(shown: object): void {
  process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
}
