/** The one place that prints errors and exits: everything below it throws. */

import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Command, CommanderError } from 'commander';
import { InputError, reasonOf, UsageError } from '../base/errors.ts';
import { isStop } from '../base/steps.ts';
import { checkPaths } from './check-paths.ts';
import { missingResource } from './missing-resource.ts';
import { printable } from './printable.ts';
import { wipeProgress } from './progress.ts';

/** What a command can end with. */
export const ExitCode = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Thrown by a command to end with a code of its own, when all messages have been printed. */
export class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Commands by name: each is loaded by a call, and adds itself to a program. */
export type Commands = Readonly<Record<string, () => Promise<(program: Command) => void>>>;

/**
 * Runs a program on the command line's arguments and ends the process: 0 done, 1 failed (a bad file, bad data),
 * 2 wrong usage, 130 interrupted. An error of the user's is one line; only a defect of ours shows a stack trace.
 */
export async function runProgram(program: Command, commands: Commands): Promise<never> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(ExitCode.done); // the program that reads the output has ended
    process.stderr.write(`${program.name()}: cannot write the output: found ${reasonOf(error)}\n`);
    process.exit(ExitCode.failed);
  });
  // Hours of work must not end with the terminal, the pipe or the disk that hears of them.
  process.stderr.on('error', () => {});
  let code: number = ExitCode.done;
  try {
    await addCommands(program, commands);
    await program.parseAsync();
  } catch (error) {
    code = exitCodeOf(error, program);
  }
  wipeProgress();
  if (code === ExitCode.interrupted) await endStuckReading();
  // Not left to the event loop: native libraries and workers may hold it. Of what can't be written 'error' tells.
  process.stdout.write('', (error) => error ?? process.exit(code));
  return new Promise(() => {});
}

/** Milliseconds in which a file is read that can be read at all. */
const PATIENCE = 300;

/** The signal that has stopped the command. */
let stoppedBy: NodeJS.Signals | undefined;

/**
 * Ends an interrupted process by the signal itself where a file still does not answer (a pipe, a network disk that has
 * stalled): `process.exit` would wait for the thread that reads it, for ever.
 */
async function endStuckReading(): Promise<void> {
  const isStuck = () => process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq'));
  for (const end = performance.now() + PATIENCE; isStuck(); ) {
    if (performance.now() > end && stoppedBy) process.kill(process.pid, stoppedBy);
    await setTimeout(10);
  }
}

/**
 * The command that is called is the only one that is loaded: to load all of them takes longer than many a command runs.
 * The version needs none, help on the program and what is no command need all.
 */
async function addCommands(program: Command, commands: Commands): Promise<void> {
  const [, , asked = ''] = process.argv;
  if (['-V', '--version'].includes(asked)) return;
  const all = Object.entries(commands);
  const called = all.filter(([name]) => name === asked);
  const needed = called.length > 0 ? called : all;
  for (const add of await Promise.all(needed.map(([, load]) => load()))) add(program);
}

/** Prints what is to be said of an error. @returns the code that the process ends with */
export function exitCodeOf(error: unknown, program: Command): number {
  const name = program.name();
  wipeProgress();
  if (error instanceof Exit) return error.code;
  if (error instanceof CommanderError) {
    sayIfFile(error);
    return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  }
  if (error instanceof InputError) {
    process.stderr.write(`${name}: ${printable(inFlags(error, program))}\n`);
    return error instanceof UsageError ? ExitCode.usage : ExitCode.failed;
  }
  const missing = missingResource(error);
  if (missing !== undefined) {
    process.stderr.write(`${name}: ${printable(missing)}\n`);
    return ExitCode.failed;
  }
  process.stderr.write(`${name}: this is a defect of ${name}, please report it:\n`);
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return ExitCode.failed;
}

/** Says how a file is named that was taken for an option: `-1.jpg`, as `*.jpg` names it. */
function sayIfFile({ code, message }: CommanderError): void {
  const [, name] = /'(-.*)'/.exec(code === 'commander.unknownOption' ? message : '') ?? [];
  if (name !== undefined && existsSync(name))
    process.stderr.write(`A file is called so: name it ./${printable(name)}\n`);
}

/** Options that are named otherwise than the settings behind them. */
const FLAGS: Readonly<Record<string, string>> = { learningRate: '--lr', clipping: '--clip', folder: '--out' };

/**
 * An error's message, in which the settings that it names are the options of the command that was called. A file or a
 * folder of such a name stays what it is, and so does what stands in quotes.
 */
export function inFlags({ message, settings }: Pick<InputError, 'message' | 'settings'>, program: Command): string {
  const called = program.commands.find((command) => command.name() === program.args[0]);
  return settings.reduce((text, setting) => {
    const option = called?.options.find((one) => one.attributeName() === setting)?.long;
    const flag = option ?? FLAGS[setting] ?? `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const named = new RegExp(`"[^"]*"|(?<![\\w./\\\\-])${setting}(?![\\w/\\\\-]|\\.\\w)`, 'g');
    return text.replace(named, (found) => (found.startsWith('"') ? found : flag));
  }, message);
}

/** A command, or a program of several, whose errors name its own help. */
class HelpfulCommand extends Command {
  override createCommand(name?: string): Command {
    return new HelpfulCommand(name);
  }

  override copyInheritedSettings(parent: Command): this {
    const names = [this.name()];
    for (let above: Command | null = parent; above; above = above.parent) names.unshift(above.name());
    return super.copyInheritedSettings(parent).showHelpAfterError(whereHelpIs(names.join(' ')));
  }
}

const whereHelpIs = (name: string): string => `Run \`${name} --help\` for what it takes.`;

/** A program whose errors reach `runProgram`. */
export function createProgram(name: string, description: string, version: string): Command {
  return new HelpfulCommand(name)
    .description(description)
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${text.replace(/^error: /, `${name}: `)}`) })
    .showHelpAfterError(whereHelpIs(name))
    .enablePositionalOptions()
    .hook('preAction', (_, command) => checkPaths(command));
}

/**
 * Runs `work` with a signal that Ctrl-C (or a polite kill) raises, so that what was done can be saved. A second one
 * ends the process at once: it is sent again with nobody listening, because `process.exit` would wait for native
 * threads that are in the middle of a product.
 *
 * @param onStop called when that has ended the work before it was done: to say so, and what that means
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, onStop?: () => void): Promise<T> {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      stopListening();
      process.kill(process.pid, signal);
    }
    stoppedBy = signal;
    controller.abort(new Exit(ExitCode.interrupted));
  };
  const stopListening = () => process.off('SIGINT', stop).off('SIGTERM', stop);
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (isStop(error, controller.signal)) onStop?.();
    throw error;
  } finally {
    stopListening();
  }
}
