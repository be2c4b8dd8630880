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

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

const pages: ReadonlyMap<string, string> = new Map([['docs/cli.md', await commandsPage()], ...apiPages(root)]);

const stale: string[] = [];
for (const [path, text] of pages) {
  const file = join(root, path);
  if ((await readFile(file, 'utf8').catch(() => '')) === text) continue;
  stale.push(path);
  if (check) continue;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  console.log(`written: ${path}`);
}
if (check && stale.length > 0) {
  console.error(`${stale.join(', ')}: not what the code says now; run \`npm run docs\` and commit what it writes`);
  process.exitCode = 1;
}
