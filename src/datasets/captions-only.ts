/** Reads captions without pictures: a caption a line, or a table whose first column says which belong together. */
import { extname } from 'node:path';
import { InputError } from '../base/errors.ts';
import { readFilledLines } from './files.ts';
import { readTable } from './table-rows.ts';

/** The captions of a file. */
export interface CaptionsFile {
  path: string;
  /** Those of one picture together, which is not there; at least one each. */
  groups: string[][];
}

/**
 * Reads a file of captions.
 *
 * @param path of a .txt, a caption a line; or of a .tsv, .csv or .jsonl, as a dataset has them: a name for a picture, then
 *   a caption of it. Captions with one name describe one picture
 * @throws InputError when the file can't be read, is of another kind or holds no caption
 */
export async function readCaptionsOnly(path: string): Promise<CaptionsFile> {
  const groups = await groupsIn(path);
  if (groups.length > 0) return { path, groups };
  throw new InputError(`${path} holds no captions`, { found: 'blank lines only, or nothing' });
}

async function groupsIn(path: string): Promise<string[][]> {
  switch (extname(path).toLowerCase()) {
    case '.txt':
      return (await readFilledLines(path, 'captions')).map(({ text }) => [text.trim()]);
    case '.tsv':
    case '.csv':
    case '.jsonl': {
      const byName = new Map<string, string[]>();
      for (const { name, captions } of await readTable(path)) {
        const filled = captions.filter((caption) => caption.trim() !== '');
        if (filled.length > 0) byName.set(name, [...(byName.get(name) ?? []), ...filled]);
      }
      return [...byName.values()];
    }
    default:
      throw new InputError(`${path} is not a file of captions`, {
        found: extname(path) ? `a ${extname(path)} file` : 'a name without an ending',
        expected: 'a .txt with a caption a line, or a .tsv, .csv or .jsonl of names and captions',
      });
  }
}
