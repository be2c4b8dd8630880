import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisAddress } from '../../src/bulk/address.ts';
import { collectJob, jobStatus } from '../../src/bulk/collect.ts';
import { connect, type RedisConnection } from '../../src/bulk/connection.ts';
import { describeOneByOne } from '../../src/bulk/describe-chunk.ts';
import { CaptionJob, type JobDescription } from '../../src/bulk/job.ts';
import { QueuedPictureReader } from '../../src/bulk/read-queued.ts';
import { submitJob } from '../../src/bulk/submit.ts';
import { type WorkOptions, workOnJobs } from '../../src/bulk/work.ts';
import type { Describe } from '../../src/captioning/bulk/describe-into.ts';
import { decodingDefaults } from '../../src/captioning/caption.ts';
import { BY, describeBytes, work as describeOut, FORMATS } from '../captioning/bulk/bulk.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { noRedis, startRedis, type TestServer } from './redis-server.ts';

const root = await temporaryFolder();
const names = Array.from({ length: 11 }, (_, i) => `${i}.png`);
const layout = { top: 1, minConfidence: 0, words: false };
const description: JobDescription = { model: 'm', decoding: decodingDefaults, layout, chunk: 2, attempts: 1 };
const format = FORMATS['.jsonl'](layout, BY);
const out = join(root, 'out.jsonl');

describe.skipIf(noRedis)(`a queue on Redis${noRedis ? ` (${noRedis})` : ''}`, () => {
  let server: TestServer;
  let connection: RedisConnection;
  let count = 0;
  beforeAll(async () => {
    server = await startRedis();
    connection = await connect(new RedisAddress(server.url), 10);
    for (const [i, name] of names.entries()) await writeFile(join(root, name), i === 4 ? 'torn' : `picture ${i % 9}`);
  });
  afterAll(async () => {
    connection.close();
    await server.stop();
    await rm(root, { recursive: true });
  });
  const newJob = () => new CaptionJob(connection, `job-${count++}`);

  async function workOn(job: CaptionJob, describe: Describe = describeBytes(), more: Partial<WorkOptions> = {}) {
    const reader = new QueuedPictureReader(root);
    const { signal } = new AbortController();
    const workOf = () => ({ describe, reader, layout });
    return workOnJobs(connection, {
      name: job.name,
      model: 'm',
      wait: false,
      stalledAfter: 30,
      signal,
      workOf,
      ...more,
    });
  }

  it('gives what describe --out gives, by several workers', async () => {
    const job = newJob();
    expect(await submitJob(job, names, description)).toEqual({ pictures: 11, chunks: 6, isNew: true });
    const [one, other] = await Promise.all([workOn(job), workOn(job)]);
    expect(one + other).toBe(11);
    const failures: string[] = [];
    expect(await collectJob(job, out, format, (reason) => failures.push(reason))).toEqual({ pictures: 11, failed: 1 });
    expect(failures).toEqual(['4.png is no picture']);
    const alone = join(root, 'alone.jsonl');
    await describeOut(alone, { sources: names.map((name) => join(root, name)) });
    expect(await readFile(out, 'utf8')).toBe((await readFile(alone, 'utf8')).replaceAll(`${root}/`, ''));
    expect(await jobStatus(job)).toMatchObject({ pictures: 11, done: 11, failed: 1, chunks: { done: 6, waiting: 0 } });
    await job.delete();
    const left = await connection.redis.keys(`*${job.name}:*`);
    expect(left).toEqual([]);
    await expect(job.expect()).rejects.toThrow(/^there is no job job-\d+ on Redis at redis:\/\/127/);
  });

  it('takes the same pictures twice as once, goes on with what was not submitted wholly, and refuses others', async () => {
    const job = newJob();
    const controller = new AbortController();
    const stopped = submitJob(job, names.slice(0, 4), description, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('stopped')),
    });
    await stopped; // all were in one batch, and the size is known: so that is taken away
    await connection.redis.del(`caption-lm:job:${job.name}:size`);
    expect((await jobStatus(job)).pictures).toBeUndefined();
    await expect(collectJob(job, out, format)).rejects.toThrow(/is not submitted wholly yet/);
    expect(await submitJob(job, names, description)).toMatchObject({ pictures: 11, isNew: true });
    expect(await submitJob(job, names, description)).toMatchObject({ pictures: 11, isNew: false });
    expect((await jobStatus(job)).chunks.waiting).toBe(6);
    await expect(submitJob(job, names.slice(1), description)).rejects.toThrow(/already, of other pictures/);
    await expect(submitJob(job, names.slice(0, 2), description)).rejects.toThrow(/already, of other pictures/);
    await expect(submitJob(job, names, { ...description, model: 'n' })).rejects.toThrow(/already, for another model/);
    await expect(submitJob(job, names, { ...description, chunk: 3 })).rejects.toThrow(/already, with other options/);
    await expect(submitJob(newJob(), [], description)).rejects.toThrow(/there are no pictures/);
    expect(() => new CaptionJob(connection, 'a:b')).toThrow(/can't have this name/);
  });

  it('says what is missing of a job that is not done, and writes no file', async () => {
    const job = newJob();
    await submitJob(job, names, description);
    const controller = new AbortController();
    await workOn(job, describeBytes(), { signal: controller.signal, onProgress: () => controller.abort() });
    await rm(out, { force: true });
    const pattern = /is not done: found captions for 2 of 11 pictures; missing are the pictures 3–4, .*, 11–11$/;
    await expect(collectJob(job, out, format)).rejects.toThrow(pattern);
    await expect(readFile(out)).rejects.toThrow(/ENOENT/);
    const { chunks } = await jobStatus(job);
    expect(chunks).toMatchObject({ done: 1, active: 0, waiting: 5 }); // the chunk at hand was done: none is left behind
  });

  it('refuses work for another model, and where there is none', async () => {
    const job = newJob();
    await submitJob(job, names, description);
    const refused = /^the job job-\d+ is for another model: found other, expected m\. /;
    await expect(workOn(job, describeBytes(), { model: 'other' })).rejects.toThrow(refused);
    await expect(workOn(newJob())).rejects.toThrow(/^there is no job /);
  });

  it('describes pictures one by one where they have thrown together, and blames the one that throws', async () => {
    const job = newJob();
    await submitJob(job, names.slice(0, 2), description);
    const describe: Describe = async function* (pictures) {
      for await (const picture of pictures) {
        if (String((picture as { bytes: Uint8Array }).bytes) === 'picture 1') throw new RangeError('too much');
        yield* describeBytes()((async function* () { yield picture; })()); // biome-ignore format: one thing
      }
    };
    expect(await workOn(job, describe)).toBe(2);
    const records = (await job.records([0]))[0]!;
    expect(records[0]).toMatchObject({ file: '0.png', captions: [{ caption: 'picture 0' }] });
    expect(records[1]).toEqual({ file: '1.png', error: '1.png could not be described: found too much' });
  });

  it('blames a picture that has ended several programs, and goes on behind those that are done', async () => {
    const job = newJob();
    const seen: string[] = [];
    const chunk = { describe: describeBytes(seen), reader: new QueuedPictureReader(root), layout };
    await job.setTrial(0, { records: [{ file: '0.png', captions: [] }], tries: 3 });
    const records = await describeOneByOne(job, 0, names.slice(0, 3), chunk);
    expect(records.map(({ file }) => file)).toEqual(['0.png', '1.png', '2.png']);
    expect(records[1]).toEqual({ file: '1.png', error: '1.png has ended the program that described it, 3 times' });
    expect(seen).toEqual(['2.png']);
  });

  it('ends a worker that can read none of the pictures, and loses none of them', async () => {
    const job = newJob();
    await submitJob(job, names, description);
    const reader = new QueuedPictureReader(join(root, 'none'));
    const elsewhere = { workOf: () => ({ describe: describeBytes(), reader, layout }) };
    const message =
      /^none of 3 chunks of pictures can be read on this machine: found cannot read the picture \d+\.png: /;
    await expect(workOn(job, describeBytes(), elsewhere)).rejects.toThrow(message);
    expect(await job.failures()).toBe(0);
    expect(await job.missing()).toHaveLength(6);
  });

  it('lets workers go whose job is deleted meanwhile', async () => {
    const job = newJob();
    await submitJob(job, names, description);
    await connection.redis.del(`caption-lm:job:${job.name}:size`); // so that it does not end by being done
    let chunks = 0;
    const onProgress = () => (++chunks === 6 ? job.delete() : undefined);
    expect(await workOn(job, describeBytes(), { onProgress }).catch(String)).toBe(11);
  });

  it('waits for a server that is restarted, and loses nothing', async () => {
    const job = newJob();
    await submitJob(job, names, description);
    const restarted = server.restart();
    expect(await workOn(job)).toBe(11);
    await restarted;
    expect(await collectJob(job, out, format)).toEqual({ pictures: 11, failed: 1 });
  });
});
