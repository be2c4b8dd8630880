/** Options of the commands that write captions. */
import type { Command } from 'commander';
import { type DecodingOptions, decodingDefaults } from '../captioning/captioner.ts';
import { atLeast, integer } from './options.ts';

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
