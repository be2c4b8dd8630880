/** Reads captions without pictures: a caption a line, or a table whose first column says which belong together. */
import { extname } from 'node:path';
import { InputError } from '../base/errors.ts';
import { readFilledLines } from '../base/text-file.ts';
import { Oddities, type Oddity } from './oddities.ts';
import type { DatasetReading } from './reader.ts';
import { readTable, tableKind } from './table-rows.ts';

/** The captions of a file. */
export interface CaptionsFile {
  path: string;
  /** Those of one picture, which is not there, in one language together; at least one each. */
  groups: string[][];
  /** The language of each group by its tag; absent where the file does not say it. */
  languages?: string[] | undefined;
  /** What was odd in it. Absent where nothing was */
  report?: Oddity[] | undefined;
}

/**
 * Reads a file of captions.
 *
 * @param path of a .txt, a caption a line; or of a .tsv, .csv or .jsonl, as a dataset has them: a name for a picture, then
 *   a caption of it. Captions with one name describe one picture; a column `language` is read as of a dataset
 * @throws InputError when the file can't be read, is of another kind or holds no caption
 */
export async function readCaptionsOnly(
  path: string,
  { encoding }: { encoding?: string | undefined } = {},
): Promise<CaptionsFile> {
  const oddities = new Oddities();
  const groups = await groupsIn(path, { oddities, encoding });
  if (groups.length > 0) {
    const languages = groups.flatMap(({ language }) => language ?? []);
    return {
      path,
      groups: groups.map(({ captions }) => captions),
      ...(languages.length > 0 && { languages }),
      ...(oddities.list().length > 0 && { report: oddities.list() }),
    };
  }
  throw new InputError(`${path} holds no captions`, { found: 'blank lines only, or nothing' });
}

interface Group {
  captions: string[];
  language?: string | undefined;
}

async function groupsIn(path: string, reading: DatasetReading): Promise<Group[]> {
  if (/\.txt(\.gz)?$/i.test(path)) {
    const lines = await readFilledLines(path, { what: 'captions', encoding: reading.encoding });
    return lines.map(({ text }) => ({ captions: [text.trim()] }));
  }
  if (tableKind(path)) {
    const groups = new Map<string, Group>();
    for (const { name, captions, language } of await readTable(path, reading)) {
      const filled = captions.filter((caption) => caption.trim() !== '');
      const key = JSON.stringify([name, language]);
      const group = groups.get(key);
      if (group) for (const caption of filled) group.captions.push(caption);
      else if (filled.length > 0) groups.set(key, { captions: filled, language });
    }
    return [...groups.values()];
  }
  throw new InputError(`${path} is not a file of captions`, {
    found: extname(path) ? `a ${extname(path)} file` : 'a name without an ending',
    expected: 'a .txt with a caption a line, or a .tsv, .csv or .jsonl of names and captions',
  });
}
