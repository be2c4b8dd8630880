import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { isGiven, refuseGiven, refuseInapplicable, resolveOptions } from '../../src/cli/given-options.ts';

function parse(...args: string[]): Command {
  return new Command()
    .option('--cell <cell>', 'the cell', 'lstm')
    .option('--layers <number>', 'layers', Number, 1)
    .option('--hidden <number>', 'units', Number, 128)
    .parse(args, { from: 'user' });
}

describe('resolveOptions', () => {
  it('lays what was given over other defaults, even if it was given as it is by default', () => {
    const command = parse('--hidden', '128', '--layers', '3');
    const before = command.opts();
    const resolved = resolveOptions(command, before, { cell: 'gru', hidden: 512, layers: 2, notAnOption: 1 });
    expect(resolved).toEqual({ cell: 'gru', hidden: 128, layers: 3 });
    expect(before).toEqual({ cell: 'lstm', hidden: 128, layers: 3 });
    expect(command.opts()).toEqual(before);
    expect([isGiven(command, 'hidden'), isGiven(command, 'cell')]).toEqual([true, false]);
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
    expect(() => refuse('--layers', '2')).not.toThrow();
    expect(() => refuse()).not.toThrow();
  });
});

describe('refuseInapplicable', () => {
  it('names the first option that would be without effect, if it was given', () => {
    const refused = () => refuseInapplicable(parse('--hidden', '8'), ['cell', 'hidden'], 'a translator');
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow('--hidden does not apply to a translator. Leave --hidden out.');
    refuseInapplicable(parse('--layers', '2'), ['cell', 'hidden'], 'a translator');
  });
});
