import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { LeftOut } from '../../src/base/walk.ts';
import { QueuedPictureReader } from '../../src/bulk/read-queued.ts';
import { S3Storage } from '../../src/bulk/s3.ts';

/** What stands in for a storage: a bucket `photos`, of whose keys a page has two. */
const KEYS = ['a/1.jpg', 'a/2 x.png', 'a/notes.txt', 'a/2.HEIC', 'a/3.webp', 'b/4.jpg'];
const MODIFIED = 'Wed, 02 Sep 2026 10:00:00 GMT';
const PAGE = 2;

let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://host');
    const [, bucket, ...rest] = decodeURIComponent(pathname).split('/');
    const [key, first] = [rest.join('/'), Number(searchParams.get('continuation-token') ?? 0)];
    const keys = KEYS.filter((one) => one.startsWith(searchParams.get('prefix') ?? ''));
    const error = (code: string) =>
      response.writeHead(404, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
    if (bucket !== 'photos') error('NoSuchBucket');
    else if (searchParams.has('list-type')) {
      const next = first + PAGE < keys.length ? `<NextContinuationToken>${first + PAGE}</NextContinuationToken>` : '';
      const contents = keys.slice(first, first + PAGE).map((one) => `<Contents><Key>${one}</Key></Contents>`);
      response
        .writeHead(200, { 'content-type': 'application/xml' })
        .end(`<ListBucketResult>${contents.join('')}${next}</ListBucketResult>`);
    } else if (KEYS.includes(key)) response.writeHead(200, { 'last-modified': MODIFIED }).end(`bytes of ${key}`);
    else error('NoSuchKey');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as { port: number }).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

it('lists the pictures below a prefix, page by page, and counts those that are not read', async () => {
  const storage = new S3Storage();
  const names: string[] = [];
  const unread = new LeftOut();
  for await (const name of storage.list('s3://photos/a', unread)) names.push(name);
  expect(names).toEqual(['s3://photos/a/1.jpg', 's3://photos/a/2 x.png', 's3://photos/a/3.webp']);
  expect(unread.inWords()).toBe('1 .heic file');
  await expect(storage.list('s3://none/a').next()).rejects.toThrow(/^cannot read s3:\/\/none\/a: found NoSuchBucket/);
  await expect(storage.list('s3://').next()).rejects.toThrow(/is no address of pictures: expected s3:\/\/BUCKET/);
  storage.close();
});

it('reads pictures of the queue, and says why it can not', async () => {
  const reader = new QueuedPictureReader('.');
  const name = 's3://photos/a/2 x.png';
  expect(await reader.read(name)).toEqual({
    picture: { file: name, hash: expect.stringMatching(/^\w{32}$/), bytes: 18, modified: Date.parse(MODIFIED) },
    bytes: new Uint8Array(Buffer.from('bytes of a/2 x.png')),
  });
  const none = 's3://photos/none.jpg';
  const error = expect.stringMatching(/^cannot read s3:\/\/photos\/none\.jpg: found NoSuchKey/);
  expect(await reader.read(none)).toEqual({ picture: { file: none }, error });
  reader.close();
});
