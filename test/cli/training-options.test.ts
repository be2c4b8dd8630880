import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import {
  addTrainingOptions,
  refuseIdleSettings,
  refuseSettingsOnResume,
  type TrainingOptions,
  trainingFlags,
  trainingSettings,
} from '../../src/cli/training-options.ts';
import { languageDefaults, languageShapeDefaults } from '../../src/language/config.ts';
import { optimizerDefaults } from '../../src/nn/optimizer.ts';

function parse(...args: string[]): Command {
  const command = new Command().option('--images <folder>').option('--quiet').exitOverride();
  command.option('--val-fraction <share>', 'the share', Number).option('--val-file <file>');
  addTrainingOptions(command, { ...languageDefaults, ...languageShapeDefaults }, 'out');
  return command.parse(args, { from: 'user' });
}

describe('training options', () => {
  it('are the defaults where nothing is said', () => {
    const command = parse();
    expect(trainingSettings(command.opts<TrainingOptions>(), languageDefaults)).toEqual(languageDefaults);
    const { embedding: _, ...shape } = languageShapeDefaults;
    expect(command.opts()).toMatchObject({ ...shape, out: 'out' });
  });

  it('change the settings that they name', () => {
    const options = parse(
      '--optimizer',
      'rmsprop',
      '--lr',
      '2e-3',
      '--clip',
      '0',
      '--epochs',
      '0.5',
    ).opts<TrainingOptions>();
    expect(trainingSettings(options, languageDefaults)).toEqual({
      ...languageDefaults,
      optimizer: optimizerDefaults.rmsprop,
      learningRate: 0.002,
      clipping: undefined,
      epochs: 0.5,
    });
    const clipped = (...args: string[]) =>
      trainingSettings(parse(...args).opts<TrainingOptions>(), languageDefaults).clipping;
    expect(clipped('--clip', '2')).toEqual({ by: 'norm', limit: 2 });
    expect(clipped('--clip-by', 'value')).toEqual({ by: 'value', limit: 5 });
  });
});

describe('trainingFlags', () => {
  it('are the options of settings, which make these settings again', () => {
    const settings = { ...languageDefaults, clipping: { by: 'value', limit: 3 } as const, epochs: 7 };
    const options = { ...parse().opts<TrainingOptions>(), ...trainingFlags(settings) };
    expect(trainingSettings(options, languageDefaults)).toEqual(settings);
  });
});

describe('refuseSettingsOnResume', () => {
  it('names the setting that can not be meant', () => {
    for (const [option, value] of [
      ['--hidden', '128'],
      ['--epochs', '99'],
      ['--lr', '1'],
      ['--seed', '1'],
    ] as const) {
      const refused = () => refuseSettingsOnResume(parse('--resume', option, value));
      expect(refused).toThrow(UsageError);
      expect(refused).toThrow(`${option} can't be given with --resume`);
    }
  });

  it('allows to say where things are', () => {
    refuseSettingsOnResume(parse('--resume', '--out', 'there', '--images', 'here', '--quiet'));
  });
});

describe('refuseIdleSettings', () => {
  it.each([
    [['--clip', '0', '--clip-by', 'norm'], '--clip-by does not apply to --clip 0, which does not clip'],
    [['--keep', 'last', '--patience', '3'], '--patience does not apply to --keep last'],
    [['--val-fraction', '0', '--patience', '3'], '--patience does not apply to --val-fraction 0'],
  ])('refuses %j', (args, message) => {
    const refused = () => refuseIdleSettings(parse(...args));
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(message);
  });

  it('refuses nothing that has an effect', () => {
    refuseIdleSettings(parse('--clip', '0'));
    refuseIdleSettings(parse('--clip-by', 'value', '--patience', '3'));
    refuseIdleSettings(parse('--val-fraction', '0', '--val-file', 'text.txt', '--patience', '3'));
  });
});
