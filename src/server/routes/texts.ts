/** Routes that look into texts: how probable their tokens are to a model, what its cells do. */
import type { FastifyReply } from 'fastify';
import * as v from 'valibot';
import { integerFrom } from '../../base/schema.ts';
import type { CellsAnswer, ScoresAnswer } from '../api.ts';
import type { App } from '../app.ts';
import type { ServerContext } from '../context.ts';
import { deadlineOf } from '../deadline.ts';
import { ApiError } from '../errors.ts';
import { requestSchema } from '../schema.ts';

const model = v.optional(v.string());
const upTo = (most: number) => v.pipe(integerFrom(0), v.maxValue(most));

const SCORES = requestSchema(v.strictObject({ model, text: v.string(), likeliest: v.optional(upTo(20), 0) }));

const cell = v.strictObject({ layer: integerFrom(0), cell: integerFrom(0) });
const CELLS = requestSchema(
  v.strictObject({
    model,
    text: v.string(),
    cells: v.optional(v.pipe(v.array(cell), v.maxLength(64)), []),
    find: v.optional(upTo(20), 0),
  }),
);

export function addTextRoutes(app: App, context: ServerContext): void {
  const { models, texts, limits } = context;

  app.post('/v1/scores', { schema: { summary: 'How probable a text is', body: SCORES } }, async ({ body }, reply) => {
    const { id } = models.choose('language', body.model);
    const { text, likeliest } = body;
    refuseLong(text, limits.characters);
    const { read, ...score } = await inTextRoom(context, reply, (signal) =>
      texts.call('score', { model: id, text, whole: true, likeliest }, { signal }),
    );
    return { model: id, score, tokens: read } satisfies ScoresAnswer;
  });

  app.post('/v1/cells', { schema: { summary: 'What cells do on a text', body: CELLS } }, async ({ body }, reply) => {
    const { id } = models.choose('language', body.model);
    const { text, cells, find } = body;
    refuseLong(text, limits.characters);
    const found = await inTextRoom(context, reply, (signal) =>
      texts.call('cells', { model: id, text, wanted: { cells, find } }, { signal }),
    );
    return {
      model: id,
      quantity: found.quantity,
      texts: found.texts,
      cells: found.values.map(({ values, ...which }) => ({ ...which, values: Array.from(values, rounded) })),
      ...(found.search && { search: found.search }),
    } satisfies CellsAnswer;
  });
}

/** Does some work on a text for a request, in a place of its own. */
export async function inTextRoom<Result>(
  { textRoom, limits }: ServerContext,
  reply: FastifyReply,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const giveBack = textRoom.take();
  try {
    return await work(deadlineOf(reply, limits.seconds));
  } finally {
    giveBack();
  }
}

/** @throws ApiError for a text that takes too long to read */
export function refuseLong({ length }: { length: number }, most: number): void {
  if (length <= most) return;
  throw new ApiError(413, 'too_long', `The text has ${length} characters; at most ${most} are read at once.`);
}

/** Values are in steps of 1/127. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
