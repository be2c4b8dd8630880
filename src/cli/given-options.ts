/** Options as they were given: laid over defaults that depend on other options, and refused where they don't apply. */
import type { Command, Option } from 'commander';
import { UsageError } from '../base/errors.ts';

/** Whether the user gave an option, be it the value that it has by default. */
export function isGiven(command: Command, name: string): boolean {
  return command.getOptionValueSource(name) === 'cli';
}

/**
 * Options whose defaults are others than the help says: those of a preset, say. Options without a default in the help are
 * left as they are.
 *
 * @param options as they were parsed; not changed
 * @param defaults by the names of options; what is no option is left out
 */
export function resolveOptions<Options extends object>(
  command: Command,
  options: Options,
  defaults: Readonly<Record<string, unknown>>,
): Options {
  const names = command.options.map((option) => option.attributeName());
  const changed = names.filter((name) => name in defaults && command.getOptionValueSource(name) === 'default');
  return { ...options, ...Object.fromEntries(changed.map((name) => [name, defaults[name]])) };
}

/** @throws UsageError that names the first of these options that was given although another has answered it */
export function refuseGiven(command: Command, names: readonly string[], by: string, found: string): void {
  const given = firstGiven(command, names);
  if (!given) return;
  throw new UsageError(`${given.long} can't be given with ${by}`, {
    found,
    advice: `Leave ${given.long} out, or start a new training without ${by}.`,
  });
}

/**
 * Refuses options that would be without effect.
 *
 * @param where they don't apply: 'a translator'
 * @throws UsageError that names the first that was given
 */
export function refuseInapplicable(command: Command, names: readonly string[], where: string): void {
  const given = firstGiven(command, names);
  if (given) throw new UsageError(`${given.long} does not apply to ${where}`, { advice: `Leave ${given.long} out.` });
}

function firstGiven(command: Command, names: readonly string[]): Option | undefined {
  const given = command.options.filter((option) => isGiven(command, option.attributeName()));
  const first = given.find((option) => names.includes(option.attributeName()));
  // --tfjs is another name of --cnn-backend, and gives it: what the user has typed is refused.
  return (
    (first?.attributeName() === 'cnnBackend' && given.find((option) => option.attributeName() === 'tfjs')) || first
  );
}
