import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { packageFolder, requireOptional } from '../../src/base/optional-package.ts';

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'optional-package-'));
  vi.stubEnv('CAPTION_LM_CACHE', cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

async function install(name: string, code: string): Promise<void> {
  const folder = join(packageFolder(name), 'node_modules', name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.js'), code);
}

test('a package is found beside this one', () => {
  expect(requireOptional('commander')).toHaveProperty('Command');
});

test("a package is found in the cache, in a folder named without the package's scope", async () => {
  await install('@some/package-of-a-test', 'module.exports = 7;');
  expect(packageFolder('@some/package-of-a-test')).toBe(join(cache, 'native', 'package-of-a-test'));
  expect(requireOptional('@some/package-of-a-test')).toBe(7);
});

test('where there is none, the error says where it was looked for', () => {
  expect(() => requireOptional('package-of-a-test')).toThrow(
    `no package-of-a-test beside this package or in ${join(cache, 'native', 'package-of-a-test')}`,
  );
});

test.each([
  ["throw new Error('libc is too old');", 'libc is too old'],
  ["require('./binding.node');", "Cannot find module './binding.node'"],
])('of one that does not load the error says why: %s', async (code, reason) => {
  await install('broken-package-of-a-test', code);
  expect(() => requireOptional('broken-package-of-a-test')).toThrow(reason);
});
