/** The command that goes on with a training which was stopped, as a line for the shell that it was started from. */
import { basename, delimiter, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { keptOnResume } from './training-options.ts';

/**
 * The command as it was given, less its settings, which the model's folder has, and with `--resume`. Pasted into the shell
 * as it stands, it goes on.
 *
 * @param command a `train` command that has been parsed
 */
export function resumeCommand(command: Command): string {
  const [flags, operands] = [optionsOf(command), command.args];
  // An option that takes several values would take the operands too, if they came after it.
  const words = [invocationOf(command.parent?.name() ?? command.name()), command.name()];
  return operands.some((operand) => operand.startsWith('-'))
    ? [...words, ...flags, '--resume', '--', ...operands.map(quote)].join(' ')
    : [...words, ...operands.map(quote), ...flags, '--resume'].join(' ');
}

/** The options that were given and that a training which goes on must be given again, in the order of the help. */
function optionsOf(command: Command): string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    const elsewhere = name === 'resume' || name === 'tfjs'; // --tfjs has set --cnn-backend, which stands for it
    if (elsewhere || !keptOnResume(name) || command.getOptionValueSource(name) !== 'cli') return [];
    const value: unknown = command.getOptionValue(name);
    const flag = option.long!;
    if (option.isBoolean()) return [flag];
    // Several values each with its flag: one that begins with a dash would be taken for an option after another value.
    return [value].flat().flatMap((one) => [flag, quote(String(one))]);
  });
}

/** A program as it is called in advice: through npx where this one was. */
export function called(program: string): string {
  return process.env['npm_command'] === 'exec' ? `npx ${program}` : program;
}

/** How the program was called: by its name, through npx, or as a file that Node runs. */
function invocationOf(program: string): string {
  const file = process.argv[1]!;
  const isLink = basename(file) === program; // of npm, in a folder of programs
  if (isLink && isOnPath(dirname(file)) && !process.env['npm_command']) return program;
  if (isLink && process.env['npm_command'] === 'exec') return `npx ${program}`;
  if (isLink) return quote(file);
  return ['node', ...process.execArgv, file].map(quote).join(' ');
}

function isOnPath(folder: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((entry) => resolve(entry) === folder);
}

/** A word as a POSIX shell reads it back, or on Windows cmd and PowerShell. */
export function quote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word) && !(process.platform === 'win32' && word.includes('%'))) return word;
  return process.platform === 'win32' ? `"${word.replaceAll('"', '""')}"` : `'${word.replaceAll("'", `'\\''`)}'`;
}
