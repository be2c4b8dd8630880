/**
 * What the queue of `caption bulk` withstands, and what it costs, on a Redis server of its own.
 *
 *     npm run bench -- queue FOLDER [--pictures 2000] [--workers 4] [--kills 50] [--restarts 2] [--chunk 64] [--save FILE]
 *     npm run bench -- queue --simulate [--pictures 1000000] [--workers 200] [--seconds 4] [--chunk 64] [--save FILE]
 *
 * The first describes the pictures of a folder by `describe --out`, then by workers that are killed at random, as is
 * the server, and compares what is collected: every picture once, with the same caption. The second has
 * workers that only wait, for --seconds a chunk, and says what the server needs: memory a picture, commands a chunk.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Random } from '../src/base/random.ts';
import { RedisAddress } from '../src/bulk/address.ts';
import { connect, type RedisConnection } from '../src/bulk/connection.ts';
import { CaptionJob } from '../src/bulk/job.ts';
import { submitJob } from '../src/bulk/submit.ts';
import { workOnJobs } from '../src/bulk/work.ts';
import type { Describe } from '../src/captioning/bulk/describe-into.ts';
import { decodingDefaults } from '../src/captioning/caption.ts';
import { picturesBelow } from '../src/datasets/pictures.ts';
import { startRedis, type TestServer } from '../test/bulk/redis-server.ts';
import { inTemporaryFolder } from './racing/data.ts';

const { values: options, positionals } = parseArgs({
  options: {
    simulate: { type: 'boolean', default: false },
    pictures: { type: 'string' },
    workers: { type: 'string' },
    kills: { type: 'string', default: '50' },
    restarts: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '4' },
    chunk: { type: 'string', default: '64' },
    save: { type: 'string' },
  },
  allowPositionals: true,
});
const chunk = Number(options.chunk);
const caption = fileURLToPath(new URL('../dist/cli/caption.js', import.meta.url));
const server = await startRedis();

/** Runs `caption` with one thread of OpenMP. */
function run(...args: string[]): ChildProcess {
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  return spawn(process.execPath, [caption, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function withstand(folder: string) {
  const found = (await picturesBelow(folder)).files.slice(0, Number(options.pictures ?? 2000));
  const workers = Number(options.workers ?? 4);
  return inTemporaryFolder(async (temporary) => {
    const [pictures, alone, out] = [
      join(temporary, 'pictures'),
      join(temporary, 'alone.jsonl'),
      join(temporary, 'out.jsonl'),
    ];
    await mkdir(pictures);
    for (const path of found) await copyFile(path, join(pictures, basename(path)));
    const all = found.map((path) => join(pictures, basename(path)));
    let begun = performance.now();
    await once(run('describe', '--quiet', '--out', alone, pictures), 'exit');
    const secondsAlone = (performance.now() - begun) / 1000;
    const queue = ['--quiet', '--queue', server.url];
    await once(run('bulk', 'submit', pictures, '--name', 'bench', '--chunk', String(chunk), ...queue), 'exit');
    begun = performance.now();
    const { kills, restarts } = await workWhileKilled(server, workers, queue, secondsAlone);
    const seconds = (performance.now() - begun) / 1000;
    await once(run('bulk', 'collect', '--name', 'bench', '--out', out, ...queue), 'exit');
    const [expected, collected] = await Promise.all([linesOf(alone), linesOf(out)]);
    const captionOf = (line: string) => JSON.stringify({ ...JSON.parse(line), logProb: 0, confidence: 0 });
    const other = expected.filter((line, i) => captionOf(line) !== captionOf(collected[i] ?? '{}')).length;
    const files = new Set(collected.map((line) => JSON.parse(line).file as string));
    const isOnce = collected.length === all.length && files.size === new Set(all).size;
    return { pictures: all.length, workers, kills, restarts, everyPictureOnce: isOnce, other, secondsAlone, seconds };
  });
}

async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).trimEnd().split('\n');
}

/** Keeps so many workers running, of which one is killed now and then, until they end by themselves. */
async function workWhileKilled(redis: TestServer, workers: number, queue: string[], secondsAlone: number) {
  const random = new Random(1);
  const wanted = { kills: Number(options.kills), restarts: Number(options.restarts) };
  const done = { kills: 0, restarts: 0 };
  let isOver = false;
  const running = new Set<ChildProcess>();
  const slots = Array.from({ length: workers }, async () => {
    while (!isOver) {
      const child = run('bulk', 'work', '--stalled-after', '5', ...queue);
      running.add(child);
      const [code] = (await once(child, 'exit')) as [number | null];
      running.delete(child);
      if (code === 0) isOver = true;
    }
  });
  const pause = (secondsAlone * 1000) / Math.max(1, wanted.kills);
  while (!isOver && (done.kills < wanted.kills || done.restarts < wanted.restarts)) {
    await setTimeout(pause * (0.5 + random.uniform()));
    const victims = [...running];
    if (done.kills < wanted.kills && victims[0]) {
      victims[Math.floor(random.uniform() * victims.length)]!.kill('SIGKILL');
      done.kills++;
    }
    if (done.restarts < (done.kills * wanted.restarts) / Math.max(1, wanted.kills)) {
      await redis.restart();
      done.restarts++;
    }
  }
  await Promise.all(slots);
  return done;
}

const LAYOUT = { top: 1, minConfidence: 0, words: false };

/** Says of each picture what has the length of a caption, after a while for each chunk. */
const wait: Describe = async function* (pictures) {
  const results = [];
  const random = new Random(1);
  for await (const source of pictures) {
    const name = typeof source === 'string' ? source : source.name;
    const words = Array.from({ length: 9 }, () => ['a', 'dog', 'man', 'on', 'the', 'beach', 'red', 'with', 'standing'])
      .map((all) => all[Math.floor(random.uniform() * all.length)]!)
      .join(' ');
    const figures = { logProb: -10 * random.uniform(), confidence: random.uniform() };
    results.push({ name, source, captions: [{ caption: words, ...figures, words: [] }] });
  }
  await setTimeout(Number(options.seconds) * 1000);
  yield results;
};

async function simulate() {
  const pictures = Number(options.pictures ?? 1_000_000);
  const count = Number(options.workers ?? 200);
  const address = new RedisAddress(server.url);
  const connection = await connect(address, 60);
  const job = new CaptionJob(connection, 'simulation');
  const names = function* () {
    for (let i = 0; i < pictures; i++)
      yield `archive/2026/${String(i >> 12).padStart(5, '0')}/IMG_${(i * 7919) % 1e7}.jpg`;
  };
  const before = await figuresOf(connection);
  let begun = performance.now();
  const description = { model: 'm', decoding: decodingDefaults, layout: LAYOUT, chunk, attempts: 3 };
  const { chunks } = await submitJob(job, names(), description);
  const submitting = (performance.now() - begun) / 1000;
  const submitted = await figuresOf(connection);
  begun = performance.now();
  const random = new Random(2);
  const hex = () =>
    Array.from({ length: 4 }, () =>
      Math.floor(random.uniform() * 2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    );
  const read = async (file: string) => {
    const picture = { file, hash: hex().join(''), bytes: Math.floor(random.uniform() * 4e6), modified: 1.79e12 };
    return { picture, bytes: new Uint8Array() };
  };
  const others = await Promise.all(Array.from({ length: count }, () => connect(address, 60)));
  const workOf = () => ({ describe: wait, reader: { read }, layout: LAYOUT });
  await Promise.all(
    others.map((one) => {
      const { signal } = new AbortController();
      return workOnJobs(one, { name: job.name, model: 'm', wait: false, stalledAfter: 30, signal, workOf });
    }),
  );
  const working = (performance.now() - begun) / 1000;
  const after = await figuresOf(connection);
  for (const one of [...others, connection]) one.close();
  const ideal = (chunks / count) * Number(options.seconds);
  return {
    pictures,
    workers: count,
    chunks,
    submitted: {
      picturesASecond: pictures / submitting,
      bytesAPicture: (submitted.memory - before.memory) / pictures,
    },
    done: {
      bytesAPicture: (after.memory - before.memory) / pictures,
      commandsAChunk: (after.commands - submitted.commands) / chunks,
      redisSecondsAChunk: (after.cpu - submitted.cpu) / chunks,
      seconds: working,
      secondsOfWaiting: ideal,
    },
  };
}

/** The server's memory in bytes, commands so far, and seconds of its processor. */
async function figuresOf({ redis }: RedisConnection) {
  const info = await redis.info();
  const field = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
  const cpu = field('used_cpu_user') + field('used_cpu_sys');
  return { memory: field('used_memory'), commands: field('total_commands_processed'), cpu };
}

try {
  const found = options.simulate ? await simulate() : await withstand(positionals[0]!);
  console.log(JSON.stringify(found, undefined, 2));
  if (options.save) await writeFile(options.save, `${JSON.stringify(found, undefined, 2)}\n`);
} finally {
  await server.stop();
}
