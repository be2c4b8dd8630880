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

/** How long a training on so many captions takes. */
function settingsOf(captions: number, ...args: string[]) {
  const { epochs, patience } = allSettingsOf(captions, false, ...args);
  return { epochs, patience };
}

function allSettingsOf(captions: number, attends: boolean, ...args: string[]) {
  const command = new Command().exitOverride();
  addCaptionTrainOptions(command);
  addTrainingOptions(command, { ...captionDefaults, ...captionShapeDefaults }, 'out');
  command.parse(args, { from: 'user' });
  const train = Array.from({ length: captions }, () => ({ captions: ['a cat'] }));
  const datasets = [{ dataset: { splits: new Map([['train', train]]) } }] as unknown as WeightedDataset[];
  return captionSettingsOf(command.opts<CaptionTrainOptions>(), command, datasets, attends);
}

it('little data is shown more often, but not to a captioner that can write already; what is given is done', () => {
  const init = ['--init', 'captioner'];
  expect(settingsOf(306)).toEqual({ epochs: 134, patience: 0 });
  expect(settingsOf(30_000)).toEqual({ epochs: 16, patience: 0 });
  expect(settingsOf(306, ...init)).toEqual({ epochs: 16, patience: 0 });
  expect(settingsOf(306, ...init, '--epochs', '50', '--patience', '3')).toEqual({ epochs: 50, patience: 3 });
  expect(settingsOf(306, ...init, '--finetune', 'cider')).toEqual({ epochs: 2, patience: 0 });
});

it('self-critical training is gentler where the captioner attends, unless its rate is given', () => {
  const finetune = ['--init', 'captioner', '--finetune', 'cider'];
  expect(allSettingsOf(306, false, ...finetune).learningRate).toBe(1e-4);
  expect(allSettingsOf(306, true, ...finetune).learningRate).toBe(3e-5);
  expect(allSettingsOf(306, true, ...finetune, '--lr', '1e-4').learningRate).toBe(1e-4);
  expect(allSettingsOf(306, true).learningRate).toBe(1e-3);
});
