/** `GET /v1/runs`: trainings below the folder that the server shows, also while they run. */
import * as v from 'valibot';
import { anyInteger } from '../../base/schema.ts';
import type { App } from '../app.ts';
import type { ServerContext } from '../context.ts';
import { deadlineOf } from '../deadline.ts';
import { ApiError } from '../errors.ts';
import { requestSchema } from '../schema.ts';

const PARAMS = requestSchema(v.object({ run: v.string() }));
const QUERY = requestSchema(v.strictObject({ after: v.optional(anyInteger, -1) }));

export function addRunRoutes(app: App, { runs, limits }: ServerContext): void {
  app.get('/v1/runs', { schema: { summary: 'Trainings, those written to last first' } }, async (_, reply) => {
    if (!runs) return { runs: [] };
    const { thread, root } = runs;
    return { runs: await thread.call('list', { root }, { signal: deadlineOf(reply, limits.seconds) }) };
  });

  app.get(
    '/v1/runs/:run',
    { schema: { summary: 'How a training goes: of its log what is new', params: PARAMS, querystring: QUERY } },
    async ({ params: { run: id }, query: { after } }, reply) => {
      const signal = deadlineOf(reply, limits.seconds);
      const log = await runs?.thread.call('read', { root: runs.root, id, after }, { signal });
      if (log) return log;
      throw new ApiError(404, 'run_not_found', 'There is no such training; GET /v1/runs lists those there are.');
    },
  );
}
