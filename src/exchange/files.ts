/** The files of an exported model, and how they are written. Knows no model. */
import { InputError } from '../base/errors.ts';
import { fileIn, writeFileAtomically } from '../base/files.ts';
import { holdsModel } from '../model/model-folder.ts';

/** What files hold, by their names; what takes long to make is made when it is written. */
export type ExportedFiles = Readonly<Record<string, FileContent | (() => Promise<FileContent>)>>;

type FileContent = string | Uint8Array | readonly Uint8Array[];

/**
 * Writes files into a folder; those of the same names are replaced.
 *
 * @param signal looked at before each file: those that were written stay
 * @throws InputError when it holds a model of this package, whose files would stand between them, or a file can't be
 *   written; the signal's reason
 */
export async function writeExportedFiles(folder: string, files: ExportedFiles, signal?: AbortSignal): Promise<void> {
  if (await holdsModel(folder)) {
    throw new InputError(`${folder} holds a model already`, { advice: 'Name another folder for what is exported.' });
  }
  for (const [name, content] of Object.entries(files)) {
    signal?.throwIfAborted();
    await writeFileAtomically(fileIn(folder, name), typeof content === 'function' ? await content() : content);
  }
}

/** A JSON file, a line for each property. */
export function exportedJson(properties: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}
