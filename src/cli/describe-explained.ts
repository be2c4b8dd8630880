/** What `caption describe --explain` adds: options, a figure. How places are found is in captioning/explained/word-maps.ts. */
import { type Command, Option } from 'commander';
import { UsageError } from '../base/errors.ts';
import type { CaptionWriter } from '../captioning/caption.ts';
import type { PictureOnPage } from '../captioning/description/description-card.ts';
import { WORD_MAPS_BY, type WordMaps } from '../captioning/explained/word-maps.ts';

/** Pictures that a figure may have: it is made for papers, a page has room for more. */
const MOST = 20;

export function addExplainOptions(command: Command): void {
  command
    .option(
      '--explain',
      'shows on the page of --html, or in --json, where in the picture each word comes from: slow (some 50 looks at each ' +
        'picture), but for captioners trained with --attention',
    )
    .addOption(
      new Option(
        '--explain-by <way>',
        'the same by the cells of its map that the word needs (the default of captioners trained with --attention), by the ' +
          'weights of attention, or by hiding parts of the picture',
      ).choices(WORD_MAPS_BY),
    )
    .option('--svg <file>', 'writes a figure of that, for papers: the picture once for each word');
}

export interface ExplainOptions {
  explain?: boolean;
  explainBy?: WordMaps['by'];
  html?: string;
  json?: boolean;
  svg?: string;
}

/**
 * Whether places are to be found, and how.
 *
 * @throws UsageError where nothing would show them, or the figure has no file of its own
 */
export function explains(
  { explainBy, explain = explainBy !== undefined, html, json, svg }: ExplainOptions,
  command: Command,
): boolean | WordMaps['by'] {
  if (explain && html === undefined && !json && svg === undefined) {
    throw new UsageError('--explain has nowhere to show where words come from', {
      expected: '--html FILE, --json or --svg FILE beside it',
    });
  }
  if (svg === undefined) return explainBy ?? explain;
  if (!svg.endsWith('.svg') || command.args.includes(svg)) {
    throw new UsageError('--svg is to name the figure', { found: svg, expected: 'a file for it, like figure.svg' });
  }
  return explainBy ?? true;
}

/** @throws UsageError where a captioner attends to no places, and is to tell by these */
export function checkExplainedBy(explain: boolean | WordMaps['by'], { grid }: CaptionWriter): void {
  if (grid !== undefined || explain === true || explain === false || explain === 'occlusion') return;
  throw new UsageError(`--explain-by ${explain} is for captioners that look at places`, {
    found: 'one that was trained without --attention',
    expected: '--explain-by occlusion',
  });
}

/** Writes the figure of the first pictures. @throws InputError when the file can not be written */
export async function writeFigure(file: string, pictures: readonly PictureOnPage[]): Promise<void> {
  const { writeExplainedFigure } = await import('../captioning/explained/explained-figure.ts'); // with sharp, which takes its time
  await writeExplainedFigure(file, pictures.slice(0, MOST));
}
