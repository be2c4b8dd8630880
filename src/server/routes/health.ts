/** Routes for those that watch over the server: whether it lives and takes requests, what it measures, what it answers. */
import { type App, OPEN } from '../app.ts';
import type { ServerContext } from '../context.ts';
import { ApiError } from '../errors.ts';

export function addHealthRoutes(app: App, { metrics, isReady }: ServerContext): void {
  app.get('/healthz', { config: OPEN, schema: { summary: 'Whether the server lives' } }, async () => ({
    status: 'ok',
  }));

  app.get('/readyz', { config: OPEN, schema: { summary: 'Whether it takes requests' } }, async () => {
    if (!isReady()) throw new ApiError(503, 'stopping', 'The server is stopping.');
    return { status: 'ready' };
  });

  app.get('/metrics', { schema: { summary: "What it measures, in Prometheus' format" } }, async (_, reply) => {
    const { registry } = metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });

  app.get('/openapi.json', { config: OPEN, schema: { summary: 'This description' } }, async () => app.swagger());
}
