/**
 * What it costs to ask a server: photos described through HTTP, against describing them in a process of one's own; texts
 * written one at a time, against sixteen at once.
 *
 *     npm run bench -- serve [--photos FOLDER] [--count 160] [--tokens 16000] [--rounds 5] [--save]
 *
 * Photos are those of a folder, or pieces of two photos as large as COCO's; 32 connections, each of which sends a photo
 * when it has the answer on the last. Both sides take turns, with the captioner that ships. Texts are written by an LSTM
 * of 2 × 128 units and 65 characters, streamed. Their client looks at no more than the end of what it gets: it shares the
 * processors with the server.
 */
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describePictures } from '../src/captioning/describe.ts';
import { openCaptioner, shippedCaptioner } from '../src/captioning/open.ts';
import { openEngine } from '../src/compute/engine.ts';
import { randomTextModel } from '../test/language/random-text-model.ts';
import { serveProgram } from '../test/server/serve-program.ts';
import { makePhotos } from './features.ts';
import { CHARACTERS, inTemporaryFolder } from './racing/data.ts';
import { writeResults } from './racing/results.ts';
import { spreadInWords, spreadOf } from './racing/statistics.ts';

const { values } = parseArgs({
  options: {
    photos: { type: 'string' },
    count: { type: 'string', default: '160' },
    tokens: { type: 'string', default: '16000' },
    rounds: { type: 'string', default: '5' },
    save: { type: 'boolean', default: false },
  },
});
const [count, tokens, rounds] = [values.count, values.tokens, values.rounds].map(Number) as [number, number, number];
const CONNECTIONS = 32;
const STREAMS = 16;

await inTemporaryFolder(async (folder) => {
  const engine = await openEngine();
  const letters = Array.from({ length: CHARACTERS - 1 }, (_, i) => String.fromCharCode(48 + i));
  await randomTextModel(engine, letters, { cell: 'lstm', layers: 2, hidden: 128 }).save(join(folder, 'letters'));
  const photos = values.photos ?? (await makePhotos(join(folder, 'photos'), count));
  const files = (await readdir(photos)).sort().slice(0, count);
  const paths = files.map((name) => join(photos, name));
  const server = await serveProgram('--model', shippedCaptioner(), '--lm', join(folder, 'letters'));
  const { captioner, cnn } = await openCaptioner(engine);

  const describe = () =>
    perSecond(paths.length, async () => {
      for await (const _ of describePictures(captioner, cnn, paths));
    });
  const waits: number[] = [];
  const ask = () =>
    perSecond(paths.length, async () => {
      const left = paths.values();
      await Promise.all(
        Array.from({ length: CONNECTIONS }, async () => {
          for (const path of left) {
            const start = performance.now();
            const body = await readFile(path);
            const answer = await post(server.address, '/v1/captions', body, 'image/jpeg');
            if (!('caption' in JSON.parse(answer))) throw new Error(answer);
            waits.push(performance.now() - start);
          }
        }),
      );
    });
  const write = (streams: number) => {
    const body = JSON.stringify({ model: 'letters', max_tokens: tokens, stream: true, seed: 1 });
    return perSecond(streams * tokens, async () => {
      await Promise.all(Array.from({ length: streams }, () => stream(`${server.address}/v1/completions`, body)));
    });
  };

  for (const work of [describe, ask, () => write(STREAMS)]) await work(); // warms up
  waits.length = 0;
  const turns = [];
  for (let round = 0; round < rounds; round++) {
    turns.push({ alone: await describe(), http: await ask(), one: await write(1), together: await write(STREAMS) });
  }
  server.child.kill('SIGTERM');
  if ((await server.ended) !== 0) throw new Error('the server has failed');
  engine.close();

  const sorted = waits.toSorted((a, b) => a - b);
  const [p50, p99] = [0.5, 0.99].map((share) => sorted[Math.floor(share * sorted.length)]!) as [number, number];
  const photoRatio = spreadOf(turns.map(({ alone, http }) => http / alone));
  const streamRatio = spreadOf(turns.map(({ one, together }) => together / one));
  const figures = {
    photosPerSecond: {
      alone: spreadOf(turns.map(({ alone }) => alone)),
      http: spreadOf(turns.map(({ http }) => http)),
    },
    photoRatio,
    waitMs: { p50, p99 },
    tokensPerSecond: {
      one: spreadOf(turns.map(({ one }) => one)),
      sixteen: spreadOf(turns.map(({ together }) => together)),
    },
    streamRatio,
  };
  const inWords = (value: number) => value.toFixed(2);
  console.log(`photos/s in one process        ${spreadInWords(figures.photosPerSecond.alone, inWords)}`);
  console.log(`photos/s by ${CONNECTIONS} connections      ${spreadInWords(figures.photosPerSecond.http, inWords)}`);
  console.log(`  of those in one process      ${spreadInWords(photoRatio, inWords)}`);
  console.log(`  wait of a photo              ${p50.toFixed(0)} ms (median), ${p99.toFixed(0)} ms (99 of 100)`);
  console.log(`tokens/s of one stream         ${spreadInWords(figures.tokensPerSecond.one, inWords)}`);
  console.log(`tokens/s of ${STREAMS} streams         ${spreadInWords(figures.tokensPerSecond.sixteen, inWords)}`);
  console.log(`  of those of one              ${spreadInWords(streamRatio, inWords)}`);
  console.log(`\n${await writeResults('serve', { count, tokens, rounds, ...figures }, { keep: values.save })}`);
});
process.exit(0); // native threads are not waited for

async function perSecond(amount: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return amount / ((performance.now() - start) / 1000);
}

/** Has a text streamed. @throws Error when it does not end as it should */
async function stream(address: string, body: string): Promise<void> {
  const asking = request(address, { method: 'POST', headers: { 'content-type': 'application/json' } }).end(body);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const done = 'data: [DONE]\n\n';
  let end = '';
  for await (const chunk of response) end = (end + (chunk as Buffer).subarray(-done.length)).slice(-done.length);
  if (end !== done) throw new Error(`a text ends with ${end}`);
}

async function post(
  address: string,
  path: string,
  body: Uint8Array<ArrayBuffer> | string,
  type: string,
): Promise<string> {
  const response = await fetch(`${address}${path}`, { method: 'POST', body, headers: { 'content-type': type } });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
