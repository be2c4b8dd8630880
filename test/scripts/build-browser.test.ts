import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The bundle for browsers, and what it has in place of files that need Node. */

const { bundleForBrowsers, browserFiles } = await import(pathToFileURL('scripts/build-browser.mjs').href);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caption-lm-bundle-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('has every X.browser.ts of src, and not the X.ts beside it', async () => {
  const sources = (await readdir('src', { recursive: true })).map((path) => join('src', path));
  const counterparts = sources.filter((path) => path.endsWith('.browser.ts'));
  expect(counterparts.length).toBeGreaterThan(5);

  const { inputs }: Metafile = await bundleForBrowsers(join(folder, 'web'));
  for (const counterpart of counterparts) {
    const replaced = counterpart.replace('.browser', '');
    expect(sources).toContain(replaced);
    expect(inputs).toHaveProperty([counterpart]);
    expect(inputs).not.toHaveProperty([replaced]);
  }
});

test('takes X.browser.ts for X.ts, and is refused where that lacks what is imported', async () => {
  await write('entry.ts', `import { open } from './rooms/files.ts';\nexport const opened = open();`);
  await write('rooms/files.ts', `import { open } from 'node:fs';\nexport { open };`);
  await expect(bundled()).rejects.toThrow('node:fs');
  await write('rooms/files.browser.ts', `export const open = () => 'by fetch';`);
  expect(await bundled()).toContain('by fetch');
  await write('rooms/files.browser.ts', `export const close = () => 'by fetch';`);
  await expect(bundled()).rejects.toThrow(/No matching export .*files\.browser\.ts" for import "open"/);
});

async function write(path: string, code: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), code);
}

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'entry.ts')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
    plugins: [browserFiles],
  });
  return outputFiles[0]!.text;
}
