/** What is checked of the names of files and folders before a command begins: hours of work may stand before their use. */
import type { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import { ensureWritable } from '../base/files.ts';

/** The options that name a file which is written when the work is done. */
const WRITTEN = new Set(['html', 'svg', 'report', 'results', 'references']);

/** What stands in the help for a name of a file or folder. */
const PATH = /[<[](file|folder|dataset|data|name)s?(\.\.\.)?[>\]]/;

/**
 * @throws UsageError when a name is empty, as that of a variable that is not set; InputError when a file can't be written
 */
export async function checkPaths(command: Command): Promise<void> {
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (!PATH.test(option.flags) || ![value].flat().includes('')) continue;
    throw new UsageError(`${option.long} is empty`, { found: "''", expected: 'a name', advice: UNSET });
  }
  if (command.args.includes('')) throw new UsageError('an empty name is no file', { found: "''", advice: UNSET });
  for (const name of WRITTEN) {
    const file: unknown = command.getOptionValue(name);
    if (typeof file === 'string') await ensureWritable(file);
  }
}

const UNSET = 'A variable of the shell may not be set.';
