/**
 * Serves this package to a browser. The two headers isolate the page from others, which lets threads share memory; without
 * them all works as well, on one thread.
 *
 *     npx tsx examples/browser/serve.ts [PORT]
 */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** @returns the server, and its address with a slash at the end */
export async function serve({ port = 0, isolated = true } = {}): Promise<{ server: Server; address: string }> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const server = createServer(async ({ url = '/' }, response) => {
    try {
      const path = normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname)); // never above the root
      const content = await readFile(join(root, path));
      const type = TYPES[extname(path)] ?? 'application/octet-stream';
      response.writeHead(200, { 'Content-Type': type, ...(isolated && ISOLATION) }).end(content);
    } catch {
      response.writeHead(404).end(`no file ${url}`);
    }
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, 'localhost', resolve));
  return { server, address: `http://localhost:${(server.address() as AddressInfo).port}/` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { address } = await serve({ port: Number(process.argv[2] ?? 8080) });
    console.log(`${address}examples/browser/index.html`);
  } catch (error) {
    console.error(`cannot serve the page: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
