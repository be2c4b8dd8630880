import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../bulk/redis-server.ts';
import { refusedBy, runProgram } from './run-program.ts';

const refused = refusedBy('caption');

it('has one line for a server that is not there, and for wrong usage', async () => {
  const bulk = (...args: string[]) => runProgram('caption', ['bulk', ...args]);
  const queue = ['--queue', `redis://:secret@127.0.0.1:${await freePort()}`];
  const [away, noAddress, noRoot, noEnding] = await Promise.all([
    bulk('status', ...queue),
    bulk('status', '--queue', 'secret'),
    bulk('work', ...queue, '--root', join(tmpdir(), 'caption-lm-none')),
    bulk('collect', ...queue, '--name', 'x', '--out', 'x.txt'),
  ]);
  expect(away).toEqual(
    refused(1, /Redis at redis:\/\/127\.0\.0\.1:\d+ can't be reached: found connect ECONNREFUSED (?!.*secret)/),
  );
  expect(noAddress).toEqual(refused(2, /--queue is no address of a Redis server: expected redis:(?!.*secret)/));
  expect(noRoot).toEqual(refused(2, /--root names no folder: found /));
  expect(noEnding).toEqual(refused(2, /--out names a file of no kind/));
});
