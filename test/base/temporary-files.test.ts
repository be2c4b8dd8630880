import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const FILES = fileURLToPath(new URL('../../dist/base/files.js', import.meta.url));
const root = await mkdtemp(join(tmpdir(), 'caption-lm-test-'));
afterAll(() => rm(root, { recursive: true }));

/** Has a process write a file without end, and do something when half of it is there. */
async function writing(name: string, then: string, listening = '') {
  const program = `
    const { writeFileAtomically } = await import(${JSON.stringify(FILES)});
    async function* content() {
      yield Buffer.from('half of it');
      process.stdout.write('half');
      setTimeout(() => {}, 60_000);
      ${then}
      await new Promise(() => {});
    }
    ${listening}
    await writeFileAtomically(${JSON.stringify(join(root, name, 'file'))}, content());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  const written = once(child.stdout, 'data');
  const ended = once(child, 'exit');
  await written;
  return { child, ended };
}

describe.skipIf(process.platform === 'win32')('a process that ends while it writes', () => {
  it('leaves no half of a file when a signal ends it', async () => {
    const { child, ended } = await writing('signal', '');
    expect(await readdir(join(root, 'signal'))).toHaveLength(1);
    child.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(await readdir(join(root, 'signal'))).toEqual([]);
  });

  it('leaves none when it exits, nor when a signal is listened to that then exits', async () => {
    const { ended } = await writing('exit', 'process.exit(3);');
    expect(await ended).toEqual([3, null]);
    const { child, ended: later } = await writing('heard', '', "process.on('SIGTERM', () => process.exit(4));");
    child.kill('SIGTERM');
    expect(await later).toEqual([4, null]);
    for (const name of ['exit', 'heard']) expect(await readdir(join(root, name))).toEqual([]);
  });
});
