import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RedisAddress } from '../../src/bulk/address.ts';
import { connect, type RedisConnection } from '../../src/bulk/connection.ts';
import { CaptionJob } from '../../src/bulk/job.ts';
import { noEncryption, noRedis, PASSWORD, startRedis, type TestServer, USER } from '../bulk/redis-server.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { type Ended, refusedBy, runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const LITTLE = ['--tfjs', 'wasm', '--blas', 'wasm', '--quiet'];
const refused = refusedBy('caption');
const root = await temporaryFolder();
const photos = join(root, 'photos');
const list = join(root, 'list.txt');
const names = Array.from({ length: 17 }, (_, i) => (i === 5 ? 'photos/torn.png' : `photos/red${i}.png`));
const cache = inject('features');

beforeAll(async () => {
  await writeSquares(
    photos,
    names.map((name) => /red\d+/.exec(name)?.[0] ?? 'red'),
  );
  await writeFile(join(photos, 'torn.png'), 'torn');
  await writeFile(list, `${names.join('\r\n')}\r\n \r\n\t`); // blank lines name nothing
});
afterAll(() => rm(root, { recursive: true }));

describe.skipIf(noRedis)(`caption bulk${noRedis ? ` (${noRedis})` : ''}`, () => {
  let server: TestServer;
  let connection: RedisConnection;
  let address: string[];
  beforeAll(async () => {
    server = await startRedis();
    connection = await connect(new RedisAddress(server.url), 10);
    address = ['--queue', server.url];
  });
  afterAll(async () => {
    connection.close();
    await server.stop();
  });
  const bulk = (...args: string[]) => runProgram('caption', ['bulk', ...args, ...address], { cache });

  /** A worker, which gets a signal as soon as so many chunks are done. */
  async function worker(job: CaptionJob, signal?: NodeJS.Signals, chunks = 0): Promise<Ended> {
    const args = ['bulk', 'work', '--root', root, '--stalled-after', '1', ...LITTLE, ...address];
    let kill: ((signal: NodeJS.Signals) => void) | undefined;
    const ended = runProgram('caption', [...args, '--name', job.name], {
      cache,
      onStart: (child) => {
        kill = (signal) => child.kill(signal);
      },
    });
    if (signal) {
      while ((await job.done()) < chunks) await setTimeout(10);
      kill?.(signal);
    }
    return ended;
  }

  it('says that there is no work', async () => {
    expect(await bulk('status')).toEqual({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^no work is in .*\n$/),
    });
  });

  it('gives what describe gives, whatever becomes of workers', async () => {
    const job = new CaptionJob(connection, 'photos');
    const [out, alone] = [join(root, 'out.jsonl'), join(root, 'alone.jsonl')];
    const submitted = await bulk('submit', list, '--name', 'photos', '--chunk', '2', ...LITTLE);
    expect(submitted).toEqual({ code: 0, stdout: '', stderr: '' });
    const early = await bulk('collect', '--name', 'photos', '--out', out);
    expect(early).toEqual(refused(1, /the job photos is not done: found captions for 0 of 17 pictures; missing are /));
    expect(await worker(job, 'SIGTERM', 1)).toEqual({ code: 130, stdout: '', stderr: '' });
    const done = await job.done();
    expect(done).toBeLessThan(9);
    const [killed, other] = await Promise.all([worker(job, 'SIGKILL', done + 1), worker(job)]);
    expect([killed.code, other.code]).toEqual([null, 0]);
    const collected = await bulk('collect', '--name', 'photos', '--out', out);
    expect(collected.code).toBe(0);
    expect(collected.stderr).toMatch(
      /^caption: photos\/torn\.png is not a picture.*\n.*17 pictures, 1 of them without/,
    );
    const paths = names.map((name) => join(root, name));
    await runProgram('caption', ['describe', '--out', alone, ...LITTLE, ...paths], { cache });
    expect(await readFile(out, 'utf8')).toBe((await readFile(alone, 'utf8')).replaceAll(`${root}/`, ''));
    expect((await bulk('status')).stdout).toMatch(/^photos: 17 of 17 pictures done, 1 of them without a caption; /);
  });

  it('has one line for what is refused, without the password', async () => {
    await new CaptionJob(connection, 'elsewhere').begin({
      model: 'another',
      decoding: { beam: 1, lengthPenalty: 0, minLength: 0, maxLength: 9, block: 0 },
      layout: { top: 1, minConfidence: 0, words: false },
      chunk: 1,
      attempts: 1,
    });
    const work = await bulk('work', '--name', 'elsewhere', ...LITTLE);
    expect(work).toEqual(refused(1, /the job elsewhere is for another model: found \w{16}, expected another\./));
    const none = await bulk('collect', '--name', 'none', '--out', join(root, 'x.csv'));
    expect(none).toEqual(refused(1, /there is no job none on Redis at redis:.*: expected photos, elsewhere/));
    const { port } = new URL(server.url);
    const wrong = ['bulk', 'status', '--queue', `redis://:wr0ng@127.0.0.1:${port}`];
    const answer = await runProgram('caption', wrong);
    expect(answer).toEqual(refused(1, /Redis at redis:\/\/127\.0\.0\.1:\d+ takes another password: found WRONGPASS/));
    expect(answer.stderr).not.toMatch(/wr0ng/);
    expect(work.stderr + none.stderr).not.toContain(PASSWORD);
  });
});

describe.skipIf(noEncryption)(`caption bulk by TLS${noEncryption ? ` (${noEncryption})` : ''}`, () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startRedis({ encrypts: true });
  });
  afterAll(() => server.stop());
  const withAuthority = () => ({ cache, before: `export NODE_EXTRA_CA_CERTS=${server.certificate}` });

  it.each(['127.0.0.1', 'localhost'])('does its work for a user with few rights, at %s', async (host) => {
    const { port } = new URL(server.url);
    const queue = ['--queue', `rediss://${USER}@${host}:${port}`, '--name', host];
    const options = { ...withAuthority(), before: `${withAuthority().before} REDISCLI_AUTH='${PASSWORD}'` };
    const bulk = (...args: string[]) => runProgram('caption', ['bulk', ...args, ...queue], options);
    expect(await bulk('submit', list, ...LITTLE)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await bulk('work', '--root', root, ...LITTLE)).toEqual({ code: 0, stdout: '', stderr: '' });
    const collected = await bulk('collect', '--out', join(root, `${host}.csv`), '--delete');
    expect(collected).toMatchObject({ code: 0, stderr: expect.stringMatching(/17 pictures, 1 of them without/) });
    expect(await bulk('status')).toEqual(refused(1, /there is no job/));
  });

  it('names what is missing: the authority, or TLS', async () => {
    const { host } = new URL(server.url);
    const asked = (address: string, options = {}) =>
      runProgram('caption', ['bulk', 'status', '--queue', address], options);
    expect(await asked(`rediss://:s3cret@${host}`)).toEqual(
      refused(1, /(?!.*s3cret).*can't be reached: found self-signed certificate\. Name .* NODE_EXTRA_CA_CERTS/),
    );
    expect(await asked(`redis://:s3cret@${host}`)).toEqual(refused(1, /(?!.*s3cret).* can't be reached: .*rediss:/));
    expect(await asked(`rediss://:s3cret@${host}`, withAuthority())).toEqual(
      refused(1, /(?!.*s3cret).* takes another password: found WRONGPASS/),
    );
  });
});
