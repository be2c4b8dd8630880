import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { lockFolder } from '../../src/base/lock.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
await mkdir(join(root, 'other'));
const LOCK = fileURLToPath(new URL('../../dist/base/lock.js', import.meta.url));

describe('lockFolder', () => {
  it('has one holder at a time, whatever the folder is called, and leaves nothing in it', async () => {
    await symlink(root, join(root, 'other', 'link'));
    const release = (await lockFolder(root))!;
    expect(await lockFolder(join(root, 'other', 'link'))).toBeUndefined();
    const elsewhere = (await lockFolder(join(root, 'other')))!;
    await release();
    await (await lockFolder(root))!();
    await elsewhere();
    expect(await readdir(root)).toEqual(['other']);
  });

  it('outlives no process', async () => {
    const program = `import { lockFolder } from ${JSON.stringify(LOCK)};
      console.log(Boolean(await lockFolder(${JSON.stringify(root)}))); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    expect(String((await once(child.stdout, 'data'))[0])).toBe('true\n');
    expect(await lockFolder(root)).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'close');
    const release = await lockFolder(root);
    expect(release).toBeDefined();
    await release!();
  });
});
