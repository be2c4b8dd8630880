import type { Command } from 'commander';
import { readConfig, readVocabulary } from '../model/model-folder.ts';
import { sequenceConfigSchema } from '../sequences/config.ts';
import { translationConfigSchema } from '../translation/config.ts';
import { isTranslator, SEQ_FOLDER } from './seq-options.ts';

/** Words of the vocabulary that are shown. */
const SHOWN = 20;

export function addSequenceInfoCommand(program: Command): void {
  program
    .command('info')
    .description('what a model of sequences is: config, labels, training, scores')
    .argument('[folder]', 'a model of `seq train`', SEQ_FOLDER)
    .action(async (folder: string) => {
      if (await isTranslator(folder)) {
        const config = await readConfig(folder, translationConfigSchema);
        process.stdout.write(`${JSON.stringify({ folder, ...config }, null, 2)}\n`);
        return;
      }
      const config = await readConfig(folder, sequenceConfigSchema);
      const { reads } = config.shape;
      const vocabulary = 'vocabulary' in reads ? await readVocabulary(folder, reads.vocabulary) : undefined;
      const shown = vocabulary && {
        vocabulary: { size: vocabulary.size, first: vocabulary.tokens.slice(0, SHOWN) },
      };
      process.stdout.write(`${JSON.stringify({ folder, ...config, ...shown }, null, 2)}\n`);
    });
}
