import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import {
  addTrainingOptions,
  refuseGiven,
  refuseSettingsOnResume,
  type TrainingOptions,
  trainingSettings,
  useDefaults,
} from '../../src/cli/training-options.ts';
import { languageDefaults, languageShapeDefaults } from '../../src/language/config.ts';
import { optimizerDefaults } from '../../src/nn/optimizer.ts';

function parse(...args: string[]): Command {
  const command = new Command().option('--images <folder>').option('--quiet').exitOverride();
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

describe('useDefaults', () => {
  it('changes what the user left out, and nothing that was given, even if it was given as it is by default', () => {
    const { batch, epochs, dropout } = languageDefaults;
    const command = parse('--batch', String(batch), '--epochs', '3');
    useDefaults(command, { batch: batch + 1, epochs: epochs + 1, dropout: dropout / 2, notAnOption: 1 });
    expect(command.opts()).toMatchObject({ batch, epochs: 3, dropout: dropout / 2, seed: languageDefaults.seed });
    expect(command.opts()).not.toHaveProperty('notAnOption');
  });

  it('leaves them defaults, which what asks whether an option was given must not take for given', () => {
    const command = parse();
    useDefaults(command, { epochs: 2 });
    expect(command.getOptionValueSource('epochs')).toBe('default');
  });
});

describe('refuseGiven', () => {
  const refuse = (...args: string[]) => refuseGiven(parse(...args), ['cell', 'hidden'], '--init', 'a captioner');

  it('names the first of the options that was given, and what has answered it', () => {
    const refused = () => refuse('--layers', '2', '--hidden', '8', '--cell', 'gru');
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(
      "--cell can't be given with --init: found a captioner. Leave --cell out, or start a new training without --init.",
    );
  });

  it('minds neither other options nor defaults', () => {
    refuse('--layers', '2');
    refuse();
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
