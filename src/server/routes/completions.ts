/** `POST /v1/completions`, as the OpenAI API has it, for language models. */
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { integerFrom, numberFrom } from '../../base/schema.ts';
import type { App } from '../app.ts';
import type { ServerContext } from '../context.ts';
import { deadlineOf } from '../deadline.ts';
import { ApiError } from '../errors.ts';
import { describe } from '../schema.ts';
import type { TextEnd, TextPiece, TokenOut } from '../work/texts.ts';

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const texts = v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))]);

const BODY = describe(
  v.strictObject({
    model: v.string(),
    prompt: v.nullish(texts, ''),
    max_tokens: v.nullish(integerFrom(0), 16),
    temperature: v.nullish(numberFrom(0), 1),
    top_p: v.nullish(share, 1),
    n: v.nullish(v.pipe(integerFrom(1), v.maxValue(128)), 1),
    stop: v.nullish(v.union([v.string(), v.array(v.string())]), []),
    seed: v.nullish(integerFrom(0)),
    stream: v.nullish(v.boolean(), false),
    stream_options: v.nullish(v.object({ include_usage: v.optional(v.boolean(), false) })),
    logprobs: v.nullish(v.pipe(integerFrom(0), v.maxValue(20))),
    echo: v.nullish(v.boolean(), false),
    /** Beside what OpenAI has. */
    top_k: v.nullish(integerFrom(1)),
    min_p: v.nullish(share),
    /** Understood where it changes nothing. */
    user: v.nullish(v.string()),
    best_of: v.nullish(integerFrom(1)),
    frequency_penalty: v.nullish(v.literal(0)),
    presence_penalty: v.nullish(v.literal(0)),
    suffix: v.nullish(v.literal('')),
    logit_bias: v.nullish(v.strictObject({})),
  }),
);

export function addCompletionRoutes(app: App, context: ServerContext): void {
  app.post('/v1/completions', { schema: { summary: 'Writes on', body: BODY } }, async ({ body }, reply) => {
    const model = context.models.choose('language', body.model);
    const { texts: thread, textRoom, limits, metrics } = context;
    const prompts = [body.prompt].flat();
    const signal = deadlineOf(reply, limits.seconds);
    const giveBack = textRoom.take(prompts.length * body.n);
    try {
      const seed = body.seed ?? Math.floor(Math.random() * 2 ** 32);
      const choices = await Promise.all(
        prompts.flatMap((prime, p) =>
          Array.from({ length: body.n }, async (_, i) => {
            let text = body.echo ? prime : '';
            const options = {
              length: body.max_tokens,
              stops: [body.stop].flat(),
              temperature: body.temperature,
              topP: body.top_p,
              topK: body.top_k ?? undefined,
              minP: body.min_p ?? undefined,
              seed: seed + p * body.n + i,
            };
            const onPiece = (piece: TextPiece) => {
              text += piece.text;
            };
            const end = await thread!.call('write', { model: model.id, prime, options }, { signal, onPiece });
            metrics.written(end.written);
            return { choice: { text, index: p * body.n + i, logprobs: null, finish_reason: end.reason }, end };
          }),
        ),
      );
      const prompt_tokens = choices.filter((_, i) => i % body.n === 0).reduce((sum, { end }) => sum + end.read, 0);
      const completion_tokens = choices.reduce((sum, { end }) => sum + end.written, 0);
      return {
        id: `cmpl-${randomUUID()}`,
        object: 'text_completion',
        created: Math.floor(Date.now() / 1000),
        model: model.id,
        choices: choices.map(({ choice }) => choice),
        usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
      };
    } finally {
      giveBack();
    }
  });
}
