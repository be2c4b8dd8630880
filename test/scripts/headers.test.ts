import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('every file of src begins with what it is', async () => {
  const files = (await readdir('src', { recursive: true })).filter((path) => path.endsWith('.ts'));
  const sources = await Promise.all(
    files.map(async (path) => [path, await readFile(join('src', path), 'utf8')] as const),
  );
  expect(sources.length).toBeGreaterThan(500);
  expect(sources.filter(([, source]) => !HEADER.test(source)).map(([path]) => path)).toEqual([]);
});

/** Before it stands only the line by which a shell runs the file. */
const HEADER = /^(?:#!.*\n)?\/\*\*\s/;
