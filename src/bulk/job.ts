/**
 * What Redis holds of a job: its description, the names of its pictures in chunks, and the records of chunks that are
 * done. BullMQ's own entries beside it say only which chunk is whose; so they are small, and may be done twice: the first
 * record of a chunk stays. Knows no captioner and no file.
 */
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Queue } from 'bullmq';
import { InputError } from '../base/errors.ts';
import type { CaptionRecord, RecordLayout } from '../captioning/bulk/record.ts';
import type { DecodingOptions } from '../captioning/caption.ts';
import type { RedisConnection } from './connection.ts';

const [deflate, inflate] = [promisify(deflateRaw), promisify(inflateRaw)];

/** What every worker has to know of a job, as it was submitted. */
export interface JobDescription {
  /** The `modelFingerprint` of the captioner that is to write. */
  model: string;
  decoding: DecodingOptions;
  layout: RecordLayout;
  /** Pictures of a chunk, of which the last may have fewer. */
  chunk: number;
  /** Times that a chunk is tried as a whole before its pictures are described one by one. */
  attempts: number;
}

/** How large a job is: known when all of it is submitted. */
export interface JobSize {
  pictures: number;
  chunks: number;
}

/** A chunk as it is stored. */
export interface StoredChunk {
  names: string[];
  done: boolean;
}

/** How far a chunk is whose pictures are described one by one. */
export interface Trial {
  records: CaptionRecord[];
  /** How often the next picture was begun. */
  tries: number;
}

/** The entry of a chunk in BullMQ. */
export interface ChunkEntry {
  chunk: number;
}

const PREFIX = 'caption-lm';
/** The names of all jobs, by the time at which they were submitted. */
const JOBS = `${PREFIX}:jobs`;
/** Milliseconds before a chunk is tried again that threw; twice as many each time. */
const BACKOFF = 1000;

/** A job in Redis. */
export class CaptionJob {
  readonly name: string;
  readonly connection: RedisConnection;
  readonly #keys: Readonly<Record<'description' | 'size' | 'pictures' | 'records' | 'failures' | 'trials', string>>;

  /** @throws InputError when the name can't be one */
  constructor(connection: RedisConnection, name: string) {
    if (!/^[\w.-]{1,100}$/.test(name)) {
      throw new InputError(`a job can't have this name`, {
        found: JSON.stringify(name),
        expected: 'letters, digits and . _ -, at most 100',
        settings: ['name'],
      });
    }
    this.name = name;
    this.connection = connection;
    const key = (what: string) => `${PREFIX}:job:${name}:${what}`;
    this.#keys = {
      description: key('description'),
      size: key('size'),
      pictures: key('pictures'),
      records: key('records'),
      failures: key('failures'),
      trials: key('trials'),
    };
  }

  /** The jobs of a server, the oldest first. */
  static async all(connection: RedisConnection): Promise<CaptionJob[]> {
    return (await connection.redis.zrange(JOBS, '0', '-1')).map((name) => new CaptionJob(connection, name));
  }

  /** Where BullMQ keeps this job's queue. */
  get queueOptions() {
    const { redis } = this.connection;
    return { connection: redis, prefix: `${PREFIX}:queue`, skipVersionCheck: true } as const;
  }

  /** BullMQ's queue; to be closed. */
  queue(): Queue<ChunkEntry> {
    const queue = new this.connection.bullmq.Queue<ChunkEntry>(this.name, {
      ...this.queueOptions,
      skipMetasUpdate: true,
    });
    queue.on('error', () => {}); // the connection tells
    return queue;
  }

  /** Undefined where there is no such job. */
  async description(): Promise<JobDescription | undefined> {
    const text = await this.connection.redis.get(this.#keys.description);
    return text === null ? undefined : (JSON.parse(text) as JobDescription);
  }

  /** @throws InputError where there is no such job */
  async expect(): Promise<JobDescription> {
    const description = await this.description();
    if (description) return description;
    const others = (await CaptionJob.all(this.connection)).map(({ name }) => name);
    throw new InputError(`there is no job ${this.name} on Redis at ${this.connection.address}`, {
      expected: others.length > 0 ? others.join(', ') : undefined,
      settings: ['name'],
    });
  }

  /** Begins a job unless there is one of this name. @returns the description of the one that is there */
  async begin(description: JobDescription): Promise<JobDescription> {
    const { redis } = this.connection;
    await redis.setnx(this.#keys.description, JSON.stringify(description));
    await redis.zadd(JOBS, 'NX', String(Date.now()), this.name);
    return this.expect();
  }

  /** Undefined while the job is being submitted. */
  async size(): Promise<JobSize | undefined> {
    const text = await this.connection.redis.get(this.#keys.size);
    return text === null ? undefined : (JSON.parse(text) as JobSize);
  }

  async setSize(size: JobSize): Promise<void> {
    await this.connection.redis.set(this.#keys.size, JSON.stringify(size));
  }

  /** The names of the pictures of chunks, and whether these are done; undefined of one that is not there. */
  async chunks(numbers: readonly number[]): Promise<(StoredChunk | undefined)[]> {
    const waiting = await this.#read<string[]>(this.#keys.pictures, numbers);
    const done = await this.records(numbers.filter((_, i) => waiting[i] === undefined));
    return waiting.map((names) => {
      if (names) return { names, done: false };
      const records = done.shift();
      return records && { names: records.map(({ file }) => file), done: true };
    });
  }

  /** Stores the names of the pictures of chunks, and has BullMQ give these to workers: once, however often it is called. */
  async add(queue: Queue<ChunkEntry>, chunks: ReadonlyMap<number, readonly string[]>): Promise<void> {
    if (chunks.size === 0) return;
    const fields = await Promise.all([...chunks].map(async ([chunk, names]) => [chunk, await pack(names)] as const));
    await this.connection.redis.hset(this.#keys.pictures, new Map(fields));
    await this.enqueue(queue, [...chunks.keys()]);
  }

  /** Has BullMQ give chunks to workers that it does not hold. */
  async enqueue(queue: Queue<ChunkEntry>, chunks: readonly number[]): Promise<void> {
    await queue.addBulk(
      chunks.map((chunk) => ({
        name: 'chunk',
        data: { chunk },
        opts: {
          jobId: `chunk-${chunk}`,
          attempts: 20, // that threw: others take the chunk meanwhile, or the server has run full
          backoff: { type: 'exponential', delay: BACKOFF },
          removeOnComplete: true, // the records stay
        },
      })),
    );
  }

  /** The pictures of a chunk; undefined where it is done. */
  async waiting(chunk: number): Promise<string[] | undefined> {
    return (await this.#read<string[]>(this.#keys.pictures, [chunk]))[0];
  }

  /** The numbers of the chunks that are not done, in their order. */
  async missing(): Promise<number[]> {
    const numbers = (await this.connection.redis.hkeys(this.#keys.pictures)).map(Number);
    return numbers.sort((a, b) => a - b);
  }

  /** Stores the records of a chunk, unless another worker has done so. */
  async finish(chunk: number, records: readonly CaptionRecord[]): Promise<void> {
    const failures = records.filter((record) => 'error' in record).length;
    const { pictures, trials, failures: counts, records: done } = this.#keys;
    const transaction = this.connection.redis.multi().hsetnx(done, String(chunk), await pack(records));
    transaction.hdel(pictures, String(chunk)).hdel(trials, String(chunk));
    if (failures > 0) transaction.hset(counts, String(chunk), failures);
    const results = await transaction.exec();
    const refused = results?.find(([error]) => error)?.[0];
    if (refused) throw refused;
  }

  /** The records of chunks; undefined of one that is not done. */
  records(chunks: readonly number[]): Promise<(CaptionRecord[] | undefined)[]> {
    return this.#read<CaptionRecord[]>(this.#keys.records, chunks);
  }

  /** How many chunks are done. */
  done(): Promise<number> {
    return this.connection.redis.hlen(this.#keys.records);
  }

  /** Whether all of it is done; so is what was deleted. */
  async isFinished(): Promise<boolean> {
    const { description, size: sizeKey } = this.#keys;
    const [begun, size] = await this.connection.redis.mget(description, sizeKey);
    if (!begun) return true;
    return Boolean(size) && (await this.done()) >= (JSON.parse(size!) as JobSize).chunks;
  }

  /** How many pictures of the chunks that are done have no captions. */
  async failures(): Promise<number> {
    const counts = await this.connection.redis.hvals(this.#keys.failures);
    return counts.reduce((sum, count) => sum + Number(count), 0);
  }

  async trial(chunk: number): Promise<Trial> {
    return (await this.#read<Trial>(this.#keys.trials, [chunk]))[0] ?? { records: [], tries: 0 };
  }

  async setTrial(chunk: number, trial: Trial): Promise<void> {
    await this.connection.redis.hset(this.#keys.trials, String(chunk), await pack(trial));
  }

  /** Deletes all that Redis holds of the job. */
  async delete(): Promise<void> {
    const { redis } = this.connection;
    const queue = this.queue();
    try {
      await redis.zrem(JOBS, this.name);
      await redis.unlink(Object.values(this.#keys));
      await queue.obliterate({ force: true });
    } finally {
      await queue.close();
    }
  }

  async #read<Value>(key: string, chunks: readonly number[]): Promise<(Value | undefined)[]> {
    if (chunks.length === 0) return [];
    const found = await this.connection.redis.hmgetBuffer(key, ...chunks.map(String));
    return Promise.all(found.map((bytes) => (bytes ? unpack<Value>(bytes) : undefined)));
  }
}

/** A value as JSON, packed: names and captions take a fourth of their place then. */
async function pack(value: unknown): Promise<Buffer> {
  return deflate(JSON.stringify(value));
}

async function unpack<Value>(bytes: Buffer): Promise<Value> {
  return JSON.parse(String(await inflate(bytes))) as Value;
}
