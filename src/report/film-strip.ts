/** A clip as a strip of its frames, with the label predicted for each below it. Knows no model: the labels are given. */
import { type Html, html } from './html.ts';
import { pictureGrid } from './picture-grid.ts';
import { thumbnail } from './thumbnail.ts';

export interface LabelledFrame {
  file: string;
  predicted: string;
  /** The label that is correct, where that is known. */
  correct: string | undefined;
}

/** Frames in a row, their width, and the room for each of two lines below. */
const [ACROSS, WIDTH, LINE] = [8, 100, 17];
/** Frames of a clip that are shown; of longer clips some that are equally far from one another. */
const MOST = 32;
/** Letters that fit below a frame. */
const LETTERS = 15;
const WRONG = '#b3261e';

/** @param title of the clip, for those who can't see it */
export async function filmStrip(title: string, frames: readonly LabelledFrame[]): Promise<Html> {
  const every = Math.ceil(frames.length / MOST);
  const shown = frames.filter((_, t) => t % every === 0);
  const thumbnails = await Promise.all(shown.map(({ file }) => thumbnail(file)));
  const heights = thumbnails.map((found) => (found ? Math.round((WIDTH * found.height) / found.width) : 0));
  const tallest = Math.max(...heights);
  const drawings = shown.map((frame, i) => {
    const picture =
      thumbnails[i] && html`<image href="${thumbnails[i].source}" width="${WIDTH}" height="${heights[i]}"/>\n`;
    return html`${picture}${words(frame, tallest)}`;
  });
  return pictureGrid(title, drawings, { across: ACROSS, width: WIDTH, height: tallest + 2 * LINE });
}

function words({ predicted, correct }: LabelledFrame, below: number): Html {
  const first = below + LINE - 3;
  if (correct === undefined || correct === predicted) return html`<text y="${first}">${short(predicted)}</text>\n`;
  return html`<text y="${first}" fill="${WRONG}">${short(predicted)}</text>\n<text y="${first + LINE}">${short(`(${correct})`)}</text>\n`;
}

function short(text: string): string {
  return text.length > LETTERS ? `${text.slice(0, LETTERS - 1)}…` : text;
}
