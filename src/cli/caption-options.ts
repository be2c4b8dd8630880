/** Options of the commands that write captions. */
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { InputError } from '../base/errors.ts';
import { type Captioner, type DecodingOptions, decodingDefaults } from '../captioning/captioner.ts';
import type { Cnn } from '../vision/cnn.ts';
import { loadCnn } from '../vision/load-cnn.ts';
import type { TfjsChoice } from '../vision/tfjs.ts';
import { atLeast, integer } from './options.ts';

/** The captioner that ships. */
export const SHIPPED = fileURLToPath(new URL('../../data/captioner', import.meta.url));

export interface DecodingFlags {
  beam: number;
  lengthPenalty: number;
  maxLength: number;
}

export function addDecodingOptions(command: Command): Command {
  const { beam, lengthPenalty, maxLength } = decodingDefaults;
  return command
    .option('--beam <number>', 'captions that the search keeps; 1 is greedy', integer(1), beam)
    .option('--length-penalty <alpha>', 'score = log p / (words + 1)^alpha', atLeast(0), lengthPenalty)
    .option('--max-length <number>', 'most words of a caption', integer(1), maxLength);
}

export function decodingFrom({ beam, lengthPenalty, maxLength }: DecodingFlags): DecodingOptions {
  return { beam, lengthPenalty, maxLength };
}

/**
 * The CNN that a captioner was trained with.
 *
 * @throws InputError when what is installed now gives other features
 */
export async function loadCnnOf({ config }: Captioner, tfjs: TfjsChoice): Promise<Cnn> {
  const cnn = await loadCnn(config.pictures.cnn, tfjs);
  if (cnn.key === config.pictures.key) return cnn;
  throw new InputError(`the captioner was trained with another ${config.pictures.cnn}`, {
    found: cnn.key,
    expected: config.pictures.key,
    advice: 'Train it again, or use the version of this package that it was trained with.',
  });
}
