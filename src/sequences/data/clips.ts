/**
 * Reads clips of video with a label for each frame. A clip is a folder of pictures, its frames in the order of their
 * names (frame-2 before frame-10), and `labels.txt` with their labels, one a line:
 *
 *     clips/
 *       kitchen-1/  frame-1.jpg  frame-2.jpg  …  labels.txt
 *       kitchen-2/  …
 *
 * Knows no CNN: a function that it is given turns frames into vectors.
 */

import { basename, extname, join } from 'node:path';
import { counted } from '../../base/counted.ts';
import { isPictureName } from '../../base/picture-names.ts';
import { readLines } from '../../base/text-file.ts';
import { byNumbers, foldersIn, listFolder } from '../../datasets/files.ts';
import { type Odd, type OddLines, settleOdd } from '../../datasets/odd-lines.ts';
import type { SequenceData, SequenceExample } from './example.ts';

export interface ClipOptions extends OddLines {
  /** D, the size of the vectors. */
  D: number;
  /** Vectors for N pictures [N, D], and the places of those that can't be read. */
  look(pictures: readonly string[]): Promise<{ features: Float32Array; skipped: ReadonlySet<number> }>;
  /** Whether every clip must have labels; if not, none are read. Default: true */
  labelled?: boolean | undefined;
}

/** A clip before its frames become vectors. */
interface Clip {
  name: string;
  frames: readonly string[];
  labels: readonly string[];
}

const LABELS = 'labels.txt';
const CLIPS = `pictures in the folder of each clip, and ${LABELS} with a label a line in the order of their names`;

/**
 * The folders of clips at paths: the folders in a folder, or a folder itself that has pictures and no folders in it.
 * None where any path is neither.
 */
export async function findClips(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(clipsAt));
  return found.every(({ length }) => length > 0) ? found.flat() : [];
}

async function clipsAt(path: string): Promise<string[]> {
  const folders = await foldersIn(path);
  if (folders.length > 0) return folders;
  return (await listFolder(path)).some(isPictureName) ? [path] : [];
}

/**
 * Reads the clips at paths as sequences of vectors, one for each frame. An odd clip (without frames, with more or fewer
 * labels than frames, or with a picture that can't be read) is refused, or left out as a whole.
 *
 * @param paths at least one
 * @throws InputError that names the odd clips
 */
export async function readClips(paths: readonly string[], options: ClipOptions): Promise<SequenceData> {
  const { D, look, labelled = true, encoding } = options;
  const first = paths[0]!;
  const others = paths.length > 1 ? ` and ${paths.length - 1} more` : '';
  const settle = (odd: readonly Odd[], left: number) =>
    settleOdd(`${first}${others}`, { unit: 'clip', odd, left, expected: CLIPS }, options);

  const read = await Promise.all((await findClips(paths)).map((folder) => readClip(folder, labelled, encoding)));
  const clips = read.filter((clip) => 'frames' in clip);
  settle(
    read.filter((clip) => 'found' in clip),
    clips.length,
  );

  const { features, skipped } = await look(clips.flatMap(({ frames }) => frames));
  const examples: SequenceExample[] = [];
  const unreadable: Odd[] = [];
  let row = 0;
  for (const { name, frames, labels } of clips) {
    const start = row;
    row += frames.length;
    const unread = frames.find((_, t) => skipped.has(start + t));
    if (unread !== undefined) unreadable.push({ at: name, found: `${basename(unread)} that can't be read` });
    else examples.push({ inputs: features.subarray(start * D, row * D), labels, pictures: frames });
  }
  settle(unreadable, examples.length);
  return { name: `${basename(first)}${others}`, D, examples };
}

/** A clip, or what is odd about it. */
async function readClip(folder: string, labelled: boolean, encoding: string | undefined): Promise<Clip | Odd> {
  const names = await listFolder(folder);
  const frames = names.filter(isPictureName).sort(byNumbers);
  const [name, odd] = [basename(folder), (found: string) => ({ at: basename(folder), found })];
  if (frames.length === 0) return odd('no pictures');
  const clip = { name, frames: frames.map((frame) => join(folder, frame)) };
  if (!labelled) return { ...clip, labels: [] };
  if (!names.includes(LABELS)) return odd(`no ${LABELS}`);
  const labels = (await readLines(join(folder, LABELS), { encoding })).map(({ text }) => text.trim());
  while (labels.at(-1) === '') labels.pop();
  if (labels.includes('')) return odd(`no label in line ${labels.indexOf('') + 1} of ${LABELS}`);
  if (labels.length === frames.length) return { ...clip, labels };
  return odd(
    `${counted(labels.length, 'label')} for ${counted(frames.length, 'frame')}${labels.length > frames.length ? gapIn(frames) : ''}`,
  );
}

/** A note on where numbers are missing in the names of frames, which may count by more than one; else empty. */
function gapIn(frames: readonly string[]): string {
  const numbers = frames.map((frame) => Number(/\d+(?=\D*$)/.exec(basename(frame, extname(frame)))?.[0]));
  const steps = numbers.slice(1).map((number, i) => number - numbers[i]!);
  const gap = steps.findIndex((step) => step > Math.min(...steps));
  return gap < 0 ? '' : `, none between ${frames[gap]} and ${frames[gap + 1]},`;
}
