/** `seq train --task translate`: training a translator. */

import type { Command } from 'commander';
import { counted } from '../base/counted.ts';
import { readConfig } from '../model/model-folder.ts';
import type { DataSplit } from '../training/split.ts';
import {
  type TranslationConfig,
  translationConfigSchema,
  translationDefaults,
  translationShapeDefaults,
} from '../translation/config.ts';
import { type Pair, readPairs } from '../translation/pairs.ts';
import { writeTranslationProgress, writeTranslationReport } from '../translation/report.ts';
import { resumeTranslator, trainTranslator } from '../translation/train.ts';
import { refuseInapplicable, resolveOptions } from './given-options.ts';
import { called, quote } from './resume-command.ts';
import { readingFor, type SequenceTrainingOptions } from './seq-options.ts';
import { runTraining, type TrainingShow } from './training-command.ts';
import { trainingFlags, trainingSettings } from './training-options.ts';

/** Options about labels and pictures, which have no effect on a translator. */
const OF_LABELS = ['folds', 'bidirectional', 'memory', 'pool', 'read', 'glimpses', 'cnn', 'cnnBackend'];

/** The shape and the settings of a translator by default, by the names of their options. */
const FLAGS = { ...translationShapeDefaults, ...translationDefaults, ...trainingFlags(translationDefaults) };

export async function trainTranslatorCommand(
  paths: string[],
  options: SequenceTrainingOptions,
  command: Command,
): Promise<void> {
  refuseInapplicable(command, OF_LABELS, 'a translator');
  await runTraining<TranslationConfig, DataSplit<Pair>>(command, options, SHOW, async () => async (training) => {
    const { status, signal } = training;
    const { valFile, skipOdd, encoding } = options;
    const odd = readingFor(status, { skipOdd, encoding, signal });
    const data = await readPairs(paths, odd);
    const read = { ...training, data, validation: valFile && (await readPairs(valFile, odd)) };
    if (options.resume) return resumeTranslator(read);
    const resolved = resolveOptions(command, options, FLAGS);
    const { cell, layers, hidden, embedding, attention, minCount, valFraction } = resolved;
    const settings = { ...trainingSettings(resolved, translationDefaults), minCount, valFraction };
    const start = { cell, layers, hidden, embedding, attention };
    return trainTranslator({ ...read, start, settings });
  });
}

const SHOW: TrainingShow<TranslationConfig, DataSplit<Pair>> = {
  unitOf: () => 'words',
  describeStart({ data, shape }, parameters) {
    const { source, target } = shape;
    return (
      `${counted(data.training, 'pair')}, ${counted(source, 'different word')} into ${target.toLocaleString('en')}; ` +
      `${parameters.toLocaleString('en')} parameters; ` +
      (data.validation > 0 ? `measured on ${data.validation.toLocaleString('en')}: ${data.split}` : 'not measured')
    );
  },
  writeProgress: writeTranslationProgress,
  finish: (folder, data, engine, { turns }) =>
    writeTranslationReport(folder, data, engine, turns('translating for the report')),
  async describeEnd(folder) {
    const { scores, data } = await readConfig(folder, translationConfigSchema);
    const { bleu } = scores;
    return typeof bleu === 'number' ? `BLEU ${bleu.toFixed(1)} on ${data.split},` : 'the last weights are';
  },
  use: (folder) => `use with \`${called('seq')} predict --model ${quote(folder)}\``,
};
