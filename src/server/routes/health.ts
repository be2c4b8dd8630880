/** Routes for those that watch over the server: whether it lives and takes requests, what it measures, what it answers. */
import type { App } from '../app.ts';
import type { ServerContext } from '../context.ts';
import { ApiError } from '../errors.ts';

const OPEN = { config: { open: true, rateLimit: false } } as const;

export function addHealthRoutes(app: App, { metrics, isReady }: ServerContext): void {
  app.get('/healthz', { ...OPEN, schema: { summary: 'Whether the server lives' } }, async () => ({ status: 'ok' }));

  app.get('/readyz', { ...OPEN, schema: { summary: 'Whether it takes requests' } }, async () => {
    if (!isReady()) throw new ApiError(503, 'stopping', 'The server is stopping.');
    return { status: 'ready' };
  });

  app.get('/metrics', { schema: { summary: "What it measures, in Prometheus' format" } }, async (_, reply) => {
    const { registry } = metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });

  app.get('/openapi.json', { ...OPEN, schema: { summary: 'This description' } }, async () => app.swagger());
}
