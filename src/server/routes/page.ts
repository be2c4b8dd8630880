/** The page and its files, which are read once, when the server starts. Knows nothing of what is on it. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { inPackage } from '../../base/files.ts';
import { type App, OPEN } from '../app.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Adds a route for each file of the built page; `index.html` is at `/`. */
export async function addPageRoutes(app: App): Promise<void> {
  const folder = inPackage('dist/page');
  for (const name of (await readdir(folder)).sort()) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const bytes = await readFile(join(folder, name));
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    const url = name === 'index.html' ? '/' : `/${name}`;
    app.get(url, { config: OPEN, schema: { hide: true } }, async (request, reply) => {
      reply.header('etag', etag).header('cache-control', 'no-cache');
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.type(type).send(bytes);
    });
  }
}
