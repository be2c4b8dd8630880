/** `POST /v1/completions`, as the OpenAI API has it, for language models. */
import { Readable } from 'node:stream';
import * as v from 'valibot';
import { integerFrom, numberFrom, share } from '../../base/schema.ts';
import type { Completion, CompletionChoice, Usage } from '../api.ts';
import type { App } from '../app.ts';
import { completionHead, joinPieces, LogprobsWriter, usageOf } from '../completions.ts';
import type { ServerContext } from '../context.ts';
import { deadlineOf } from '../deadline.ts';
import { ApiError, apiErrorOf, errorBody } from '../errors.ts';
import { PieceQueue } from '../piece-queue.ts';
import { requestSchema } from '../schema.ts';
import { refuseLong } from './texts.ts';

const texts = v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))]);

const bodySchema = v.strictObject({
  model: v.string(),
  prompt: v.nullish(texts, ''),
  max_tokens: v.nullish(integerFrom(0), 16),
  temperature: v.nullish(numberFrom(0), 1),
  top_p: v.nullish(share, 1),
  n: v.nullish(integerFrom(1), 1),
  stop: v.nullish(v.union([v.string(), v.array(v.string())]), []),
  seed: v.nullish(v.pipe(v.number(), v.safeInteger())),
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
});

type Body = v.InferOutput<typeof bodySchema>;

const BODY = requestSchema(bodySchema);

/** Texts to stop before, and choices that a request may ask for. */
const MOST = { stops: 16, choices: 64 };

export function addCompletionRoutes(app: App, context: ServerContext): void {
  app.post('/v1/completions', { schema: { summary: 'Writes on', body: BODY } }, async ({ body }, reply) => {
    const { id: model } = context.models.choose('language', body.model);
    const prompts = [body.prompt].flat();
    refuseCostly(body, prompts, context);
    const giveBack = context.textRoom.take(prompts.length * body.n);
    const pieces = new PieceQueue<CompletionChoice>();
    const usage = writeChoices(model, prompts, body, context, deadlineOf(reply, context.limits.seconds), pieces);
    usage
      .then(
        () => pieces.end(),
        (error) => pieces.end(error),
      )
      .finally(giveBack);
    const head = completionHead(model);
    if (!body.stream) {
      const choices: CompletionChoice[][] = Array.from({ length: prompts.length * body.n }, () => []);
      for await (const piece of pieces) choices[piece.index]!.push(piece);
      return { ...head, choices: choices.map(joinPieces), usage: await usage } satisfies Completion;
    }
    const begun = await pieces.begun(); // what is wrong with the request is answered by a status
    reply
      .type('text/event-stream; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('x-accel-buffering', 'no');
    return reply.send(Readable.from(events(head, begun, usage, body.stream_options?.include_usage ?? false)));
  });
}

/** @throws ApiError for a request that would cost more than any may, or that wants what the server does not do */
function refuseCostly(
  { n, best_of, max_tokens, stop }: Body,
  prompts: readonly string[],
  { limits }: ServerContext,
): void {
  const length = prompts.reduce((sum, prompt) => sum + prompt.length, 0);
  refuseLong({ length }, limits.characters);
  const choices = prompts.length * n;
  if (choices > MOST.choices) {
    throw new ApiError(400, 'invalid_field', `n: at most ${MOST.choices} texts are written for a request`);
  }
  if (choices * max_tokens > limits.tokens) {
    const what = choices > 1 ? ` for ${choices} texts together` : '';
    throw new ApiError(400, 'invalid_field', `max_tokens: at most ${limits.tokens}${what}`);
  }
  if ((best_of ?? n) !== n) {
    throw new ApiError(400, 'invalid_field', `best_of: expected n, ${n}: the best of several is not looked for`);
  }
  const stops = [stop].flat();
  if (stops.length > MOST.stops || stops.some((text) => text === '' || text.length > 1000)) {
    throw new ApiError(400, 'invalid_field', `stop: expected at most ${MOST.stops} texts of 1 to 1000 characters`);
  }
}

/** Writes all choices at once, and hands their pieces on as they come. @returns what it has cost */
async function writeChoices(
  model: string,
  prompts: readonly string[],
  body: Body,
  { texts: thread, metrics }: ServerContext,
  signal: AbortSignal,
  pieces: PieceQueue<CompletionChoice>,
): Promise<Usage> {
  const { n, echo, max_tokens: length, logprobs } = body;
  const likeliest = logprobs ?? undefined;
  const seed = body.seed ?? Math.floor(Math.random() * 2 ** 32);

  /** @returns tokens of the prompt that were read, and tokens that were written */
  async function writeChoice(prime: string, index: number): Promise<[read: number, written: number]> {
    const writer = likeliest === undefined ? undefined : new LogprobsWriter(likeliest > 0);
    const hand = (text: string, tokens: Parameters<LogprobsWriter['add']>[0]) =>
      pieces.add({ text, index, logprobs: writer?.add(tokens) ?? null, finish_reason: null });
    const end = (reason: 'length' | 'stop') => pieces.add({ text: '', index, logprobs: null, finish_reason: reason });
    let scored = 0;
    if (echo || length === 0) {
      const prompt = { model, text: prime, whole: false }; // what is written on has not ended
      const read =
        likeliest === undefined ? undefined : await thread.call('score', { ...prompt, likeliest }, { signal });
      scored = read?.tokens ?? 0;
      if (echo) hand(prime, read?.read ?? []);
    }
    if (length === 0) {
      end('length');
      return [scored, 0];
    }
    const options = {
      length,
      stops: [body.stop].flat(),
      temperature: body.temperature,
      topP: body.top_p,
      topK: body.top_k ?? undefined,
      minP: body.min_p ?? undefined,
      seed: seed + index,
      likeliest,
    };
    const written = await thread.call(
      'write',
      { model, prime, options },
      { signal, onPiece: ({ text, tokens }) => hand(text, tokens) },
    );
    metrics.written(written.written);
    end(written.reason);
    return [written.read, written.written];
  }

  const costs = await Promise.all(
    prompts.flatMap((prime, p) => Array.from({ length: n }, (_, i) => writeChoice(prime, p * n + i))),
  );
  const read = costs.reduce((sum, [tokens], i) => (i % n === 0 ? sum + tokens : sum), 0);
  return usageOf(
    read,
    costs.reduce((sum, [, tokens]) => sum + tokens, 0),
  );
}

/** Server-sent events: a piece each, what it has cost where that was asked for, and the end. */
async function* events(
  head: Omit<Completion, 'choices'>,
  pieces: AsyncIterable<CompletionChoice>,
  usage: Promise<Usage>,
  withUsage: boolean,
): AsyncGenerator<string> {
  const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
  try {
    for await (const piece of pieces) yield event({ ...head, choices: [piece], ...(withUsage && { usage: null }) });
    if (withUsage) yield event({ ...head, choices: [], usage: await usage });
    yield 'data: [DONE]\n\n';
  } catch (error) {
    yield event(errorBody(apiErrorOf(error)));
  }
}
