import { join } from 'node:path';
import { describeOddity } from '../../src/datasets/oddities.ts';
import { type ReadSettings, readCaptionDataset } from '../../src/datasets/read.ts';
import { temporaryFolder, writeText } from './layouts.ts';

/** A folder with these files, read; every file that is not named with a text is empty. */
export async function readFiles(files: Record<string, unknown>, path = '.', settings: ReadSettings = {}) {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await writeText(
      join(folder, name),
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
    );
  }
  return readCaptionDataset(join(folder, path), settings);
}

/** What is odd in them, a line each. */
export async function odditiesIn(files: Record<string, unknown>) {
  return (await readFiles(files)).report.map(describeOddity);
}
