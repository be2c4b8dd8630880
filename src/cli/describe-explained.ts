/** What `caption describe --explain` adds: options, a figure. How places are found is in captioning/word-maps.ts. */
import type { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import { ensureWritable } from '../base/files.ts';
import type { PictureOnPage } from '../captioning/description-card.ts';

/** Pictures that a figure may have: it is made for papers, a page has room for more. */
const MOST = 20;

export function addExplainOptions(command: Command): void {
  command
    .option(
      '--explain',
      'shows on the page of --html, or in --json, where in the picture each word comes from: slow (some 50 looks at each ' +
        'picture), but for captioners trained with --attention',
    )
    .option('--svg <file>', 'writes a figure of that, for papers: the picture once for each word');
}

/**
 * Whether places are to be found.
 *
 * @throws UsageError where nothing would show them, InputError where the figure can't be written
 */
export async function explains(
  { explain, html, json, svg }: { explain?: boolean; html?: string; json?: boolean; svg?: string },
  command: Command,
): Promise<boolean> {
  if (explain && html === undefined && !json && svg === undefined) {
    throw new UsageError('--explain has nowhere to show where words come from', {
      expected: '--html FILE, --json or --svg FILE beside it',
    });
  }
  if (svg === undefined) return explain ?? false;
  if (!svg.endsWith('.svg') || command.args.includes(svg)) {
    throw new UsageError('--svg is to name the figure', { found: svg, expected: 'a file for it, like figure.svg' });
  }
  await ensureWritable(svg);
  return true;
}

/** Writes the figure of the first pictures. @throws InputError when the file can not be written */
export async function writeFigure(file: string, pictures: readonly PictureOnPage[]): Promise<void> {
  const { writeExplainedFigure } = await import('../captioning/explained-figure.ts'); // with sharp, which takes its time
  await writeExplainedFigure(file, pictures.slice(0, MOST));
}
