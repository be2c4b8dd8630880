/**
 * Makes the pages of docs/ that say what the code says: cli.md from the commands, api.md and api/ from the docstrings.
 *
 *     npx tsx scripts/make-docs.ts [--check]
 *
 * --check: writes nothing, and fails where a page is not what the code says now
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiPages } from './docs/api.ts';
import { commandsPage } from './docs/cli.ts';
import { DocsError } from './docs/entries.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

try {
  await makePages();
} catch (error) {
  if (!(error instanceof DocsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function makePages(): Promise<void> {
  const pages = new Map([['docs/cli.md', await commandsPage()], ...apiPages(root)]);
  const stale: string[] = [];
  for (const [path, text] of pages) {
    const file = join(root, path);
    if ((await readFile(file, 'utf8').catch(() => '')) !== text) stale.push(path);
  }
  if (check && stale.length > 0) {
    throw new DocsError(`${stale.join(', ')}: not what the code says now; run \`npm run docs\`, commit what it writes`);
  }
  for (const path of stale) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), pages.get(path)!);
    console.log(`written: ${path}`);
  }
}
