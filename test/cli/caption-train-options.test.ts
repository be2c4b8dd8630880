import { Command } from 'commander';
import { expect, it } from 'vitest';
import type { WeightedDataset } from '../../src/captioning/caption-data.ts';
import { captionDefaults, captionShapeDefaults } from '../../src/captioning/config.ts';
import {
  addCaptionTrainOptions,
  type CaptionTrainOptions,
  captionSettingsOf,
} from '../../src/cli/caption-train-options.ts';
import { addTrainingOptions } from '../../src/cli/training-options.ts';

/** The settings of a training on so many captions. */
function settingsOf(captions: number, ...args: string[]) {
  const command = new Command().exitOverride();
  addCaptionTrainOptions(command);
  addTrainingOptions(command, { ...captionDefaults, ...captionShapeDefaults }, 'out');
  command.parse(args, { from: 'user' });
  const train = Array.from({ length: captions }, () => ({ captions: ['a cat'] }));
  const datasets = [{ dataset: { splits: new Map([['train', train]]) } }] as unknown as WeightedDataset[];
  const { epochs, patience } = captionSettingsOf(command.opts<CaptionTrainOptions>(), command, datasets);
  return { epochs, patience };
}

it('little data is shown more often, but not to a captioner that can write already; what is given is done', () => {
  const init = ['--init', 'captioner'];
  expect(settingsOf(306)).toEqual({ epochs: 134, patience: 0 });
  expect(settingsOf(30_000)).toEqual({ epochs: 16, patience: 0 });
  expect(settingsOf(306, ...init)).toEqual({ epochs: 16, patience: 0 });
  expect(settingsOf(306, ...init, '--epochs', '50', '--patience', '3')).toEqual({ epochs: 50, patience: 3 });
  expect(settingsOf(306, ...init, '--finetune', 'cider')).toEqual({ epochs: 2, patience: 0 });
});
