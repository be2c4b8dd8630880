import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PLATFORM = fileURLToPath(new URL('../../dist/base/platform.js', import.meta.url));

/** Runs a program that starts a thread and exits with 3 as soon as the thread has said, in the word `said`, that it runs. */
function ended(thread: string) {
  const program = `
    import { startThread } from ${JSON.stringify(PLATFORM)};
    const said = new Int32Array(new SharedArrayBuffer(4));
    void startThread(${JSON.stringify(thread)}, { said });
    const look = () => (Atomics.load(said, 0) ? process.exit(3) : setImmediate(look));
    look();`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8', timeout: 20_000 });
}

const BEGINS = 'Atomics.store(data.said, 0, 1);';
const LOADS = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);';

describe('startThread', () => {
  it('lets a thread that is loading come up before the process ends', () => {
    const { status, stdout } = ended(
      `(data, ready, require) => { ${BEGINS} ${LOADS} require('node:fs').writeSync(1, 'up'); ready(); }`,
    );
    expect({ status, stdout }).toEqual({ status: 3, stdout: 'up' });
  });

  it('does not wait for a thread that is up and works for ever', () => {
    const { status } = ended(`(data, ready) => { ready(); ${BEGINS} for (;;); }`);
    expect(status).toBe(3);
  });

  it('does not wait for a thread that has died before it was up', () => {
    const { status, stderr } = ended(`(data) => { ${BEGINS} throw new Error('no library'); }`);
    expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
  });
});
