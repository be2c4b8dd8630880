/** `seq train --task classify` and `--task tag`: training a model of labels. */

import type { Command } from 'commander';
import { counted } from '../base/counted.ts';
import { readConfig } from '../model/model-folder.ts';
import { type SequenceConfig, sequenceConfigSchema } from '../sequences/config.ts';
import type { SequenceExample } from '../sequences/data/example.ts';
import { writeSequenceProgress, writeSequenceReport } from '../sequences/report.ts';
import { resumeSequences, trainSequences } from '../sequences/train.ts';
import type { DataSplit } from '../training/split.ts';
import { refuseInapplicable } from './given-options.ts';
import { called, quote } from './resume-command.ts';
import {
  describeBaselines,
  newModelOf,
  readLabelled,
  refuseIdleOptions,
  refuseIdleOptionsOn,
  settingsOf,
} from './seq-label-options.ts';
import type { SequenceTrainingOptions } from './seq-options.ts';
import { runTraining, type TrainingShow } from './training-command.ts';

export async function trainLabellerCommand(
  paths: string[],
  options: SequenceTrainingOptions,
  command: Command,
): Promise<void> {
  refuseIdleOptions(options, command);
  await runTraining<SequenceConfig, DataSplit<SequenceExample>>(
    command,
    options,
    SHOW,
    async () => async (training) => {
      const { status, signal, folder, engine } = training;
      const trained = options.resume ? await readConfig(folder, sequenceConfigSchema) : undefined;
      if (trained && !trained.cnn) refuseInapplicable(command, ['cnnBackend'], 'a model that reads no pictures');
      const onCompare = (done: number, of: number) =>
        status.update(() => `each step alone, to compare with: ${done}/${of}`);
      const labelled = await readLabelled(paths, options, { status, signal, engine, trained });
      const read = { ...training, ...labelled, onCompare };
      if (trained) return resumeSequences(read);
      refuseIdleOptionsOn(read.data, options, command);
      return trainSequences({ ...read, start: newModelOf(options), settings: settingsOf(options, read.data, command) });
    },
  );
}

const SHOW: TrainingShow<SequenceConfig, DataSplit<SequenceExample>> = {
  unitOf: ({ task }) => (task === 'tag' ? 'steps' : 'sequences'),
  describeStart,
  writeProgress: writeSequenceProgress,
  finish: (folder, data, engine, { turns }) =>
    writeSequenceReport(folder, data, engine, turns('measuring the best weights')),
  describeEnd: async (folder) => describeEnd(await readConfig(folder, sequenceConfigSchema)),
  use: (folder) => `use with \`${called('seq')} predict --model ${quote(folder)}\``,
};

function describeStart({ data, shape, labels }: SequenceConfig, parameters: number): string {
  return (
    `${counted(data.training, 'sequence')}, ${describeInputs(shape)}, ${counted(labels.length, 'label')}; ` +
    `${parameters.toLocaleString('en')} parameters; ` +
    (data.validation > 0 ? `measured on ${data.validation.toLocaleString('en')}: ${data.split}` : 'not measured')
  );
}

function describeInputs({ reads }: SequenceConfig['shape']): string {
  if ('vectors' in reads) return `vectors of ${reads.vectors}`;
  return 'glimpses' in reads
    ? `${reads.glimpses} glimpses`
    : `${reads.vocabulary.toLocaleString('en')} different words`;
}

/** The accuracy, beside that of the baselines. */
function describeEnd({ scores, baselines, data }: SequenceConfig): string {
  const { accuracy } = scores;
  if (typeof accuracy !== 'number') return 'the last weights are';
  return `accuracy ${accuracy.toFixed(4)} on ${data.split} (${describeBaselines(baselines)}),`;
}
