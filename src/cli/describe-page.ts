/** The page of `caption describe --html`: where it may be written, and what it says of the command. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import { isPictureName, isUnreadPictureName } from '../base/picture-names.ts';
import type { CaptionSampling, DecodingOptions } from '../captioning/caption.ts';
import type { DescriptionPage } from '../captioning/description/description-page.ts';
import type { FoundPictures } from './find-pictures.ts';
import { quote } from './resume-command.ts';
import { version } from './version.ts';

/** Words of a command that a page shows; a shell may have put a thousand names in the place of a `*`. */
const MOST_WORDS = 16;

/** @throws UsageError for a picture in place of the file for the page, as in `--html *.jpg` */
export function checkPageFile(file: string): void {
  const name = basename(file);
  if (isPictureName(name) || isUnreadPictureName(name)) {
    const expected = 'a file for the page, like captions.html';
    throw new UsageError('--html names a picture, which would be overwritten', { found: file, expected });
  }
}

/** The page, before any picture is described. What could not be found stands on it already. */
export async function openDescriptionPage(
  file: string,
  { sources, errors }: FoundPictures,
  decoding: DecodingOptions | CaptionSampling,
  cnn: string,
  command: Command,
): Promise<DescriptionPage> {
  const { DescriptionPage } = await import('../captioning/description/description-page.ts'); // with sharp, which takes its time
  const { args } = command;
  const { model: models, minConfidence } = command.opts<{ model?: string[]; minConfidence?: number }>();
  const page = new DescriptionPage(file, {
    title: args.length === 1 && args[0] !== '-' ? `Captions of ${args[0]}` : 'Captions',
    pictures: sources.length + errors.length,
    command: commandInWords(),
    models: models ?? [`the captioner that ships with caption-lm ${version}`],
    cnn,
    decoding,
    ...(minConfidence !== undefined && { minConfidence }),
  });
  for (const error of errors) page.skip({ error });
  return page;
}

/** The command as it was given. */
function commandInWords(): string {
  const words = ['caption', ...process.argv.slice(2).map(quote)];
  const left = words.length - MOST_WORDS;
  return words.slice(0, MOST_WORDS).join(' ') + (left > 0 ? ` … and ${left} more` : '');
}
