import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** The programs in the README and the guides, against the types of the package, as one who uses it has them. */
test('every ```ts block compiles', async () => {
  const project = fileURLToPath(new URL('../..', import.meta.url));
  const pages = ['README.md', ...(await readdir(join(project, 'docs'))).map((name) => `docs/${name}`)];
  // Within the package, where 'caption-lm' is this package by its exports.
  await mkdir(join(project, 'build'), { recursive: true });
  const folder = await mkdtemp(join(project, 'build', 'snippets-'));
  try {
    let count = 0;
    for (const page of pages.filter((name) => name.endsWith('.md') && name !== 'docs/api.md')) {
      const blocks = (await readFile(join(project, page), 'utf8')).matchAll(/^```ts\n(.*?)^```$/gms);
      for (const [, code] of blocks) await writeFile(join(folder, `${page.replace('/', '-')}-${++count}.ts`), code!);
    }
    expect(count).toBeGreaterThan(5);
    const config = { extends: '../../tsconfig.json', compilerOptions: { rootDir: '../..' }, include: ['*.ts'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(project, 'node_modules', 'typescript', 'bin', 'tsc');
    const compiling = promisify(execFile)(process.execPath, [tsc, '--project', folder], { cwd: folder });
    expect(await compiling.catch(({ stdout }) => ({ stdout }))).toMatchObject({ stdout: '' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
