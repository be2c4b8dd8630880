/** Connections to Redis, and the optional packages that make them. The only file that loads BullMQ and ioredis. */
import { isIP } from 'node:net';
import type * as BullMq from 'bullmq';
import type { Redis, RedisOptions } from 'ioredis';
import { InputError } from '../base/errors.ts';
import { requireInstalled } from '../base/optional-package.ts';
import type { RedisAddress } from './address.ts';

/** Milliseconds that a server has for its first answer. */
const FIRST_ANSWER = 4000;
/** Milliseconds between two attempts to reach a server again that was there before. */
const RETRY = 1000;
/** The oldest Redis whose scripts and streams BullMQ can do with. */
const OLDEST = 5;

export interface RedisConnection {
  redis: Redis;
  bullmq: typeof BullMq;
  address: RedisAddress;
  /** What is odd about the server's settings, in words for the user. */
  oddities: readonly string[];
  /** Settles with an InputError when the server was away for longer than the patience; else never. */
  lost: Promise<never>;
  /** What an error of the server or of the connection means, in a line; any other error as it is. */
  explained(error: unknown): unknown;
  close(): void;
}

/**
 * Connects to a server that answers at once. One that goes away later (restarted, say) is waited for.
 *
 * @param patience seconds that it may be away
 * @throws InputError in a few seconds when it can't be reached, refuses the password or is too old, and when BullMQ or
 *   ioredis is not installed
 */
export async function connect(address: RedisAddress, patience: number): Promise<RedisConnection> {
  const { Redis: RedisClient } = load<typeof import('ioredis')>('ioredis');
  const bullmq = load<typeof BullMq>('bullmq');
  const { host, port, db, username, password, tls } = address;
  const options = {
    host,
    port,
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: isIP(host) > 0 ? {} : { servername: host } }), // an IP address is no name of a server (RFC 6066)
    connectionName: 'caption-lm',
    connectTimeout: FIRST_ANSWER,
  } satisfies RedisOptions;
  const oddities = await askFirst(RedisClient, options, address);
  const redis = new RedisClient({
    ...options,
    maxRetriesPerRequest: null, // as BullMQ wants it: the patience below ends the waiting
    retryStrategy: (times: number) => (times * RETRY > patience * 1000 ? null : RETRY),
  });
  let last: unknown = 'the connection is closed';
  let isClosing = false;
  redis.on('error', (error) => {
    last = error;
  });
  const lost = new Promise<never>((_, reject) => {
    redis.on('end', () => isClosing || reject(address.refused(last)));
  });
  lost.catch(() => {}); // where nobody waits for it
  return {
    redis,
    bullmq,
    address,
    oddities,
    lost,
    explained(error) {
      if (!(error instanceof Error) || error instanceof InputError) return error;
      if (error.name === 'ReplyError') return address.refused(error);
      return error.message === 'Connection is closed.' ? address.refused(last) : error;
    },
    close() {
      isClosing = true;
      redis.disconnect();
    },
  };
}

/** Asks the server what it is. @returns what is odd about its settings */
async function askFirst(
  RedisClient: typeof Redis,
  options: Omit<RedisOptions, 'replyMapping'>,
  address: RedisAddress,
): Promise<readonly string[]> {
  const redis = new RedisClient({
    ...options,
    lazyConnect: true,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    commandTimeout: FIRST_ANSWER,
    retryStrategy: () => null,
  });
  let first: unknown;
  redis.on('error', (error) => {
    first ??= error; // that which follows it says only that the connection is closed
  });
  try {
    await redis.connect();
    return odditiesOf(await redis.info(), address);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw address.refused(first ?? error);
  } finally {
    redis.disconnect();
  }
}

/** @param info the answer to INFO @throws InputError when the server can't hold a queue */
function odditiesOf(info: string, address: RedisAddress): string[] {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const version = field('redis_version') ?? '';
  if (field('loading') === '1') {
    throw new InputError(`Redis at ${address} is still reading its data`, { advice: 'Try again in a while.' });
  }
  if (Number.parseInt(version, 10) < OLDEST) {
    throw new InputError(`Redis at ${address} is too old`, { found: version, expected: `${OLDEST}.0 or newer` });
  }
  const policy = field('maxmemory_policy') ?? 'noeviction';
  const limit = Number(field('maxmemory') ?? 0);
  if (policy !== 'noeviction' && limit > 0) {
    throw new InputError(`Redis at ${address} would drop work when its memory is full`, {
      found: `maxmemory-policy ${policy}`,
      expected: 'noeviction',
    });
  }
  if (field('aof_enabled') !== '0') return [];
  return [
    `Redis at ${address} keeps no append-only file: what it did last is lost when it is restarted (appendonly yes)`,
  ];
}

function load<Package>(name: string): Package {
  return requireInstalled(name, 'captions by many machines need', 'bullmq ioredis') as Package;
}
