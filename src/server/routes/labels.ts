/** `POST /v1/labels`: the labels of texts, tokens, vectors and pictures, as `seq predict --json` says them. */
import type { FastifyReply } from 'fastify';
import * as v from 'valibot';
import type { App } from '../app.ts';
import type { ServerContext } from '../context.ts';
import { deadlineOf } from '../deadline.ts';
import { ApiError } from '../errors.ts';
import {
  addPictureParsers,
  ownBytes,
  pictureBody,
  picturesInJson,
  type SentPicture,
  sentPicturesOf,
} from '../pictures-sent.ts';
import { requestSchema } from '../schema.ts';
import { inTextRoom, refuseLong } from './texts.ts';

const model = v.optional(v.string());
const tokens = v.pipe(v.array(v.string()), v.minLength(1));
const vectors = v.pipe(v.array(v.pipe(v.array(v.number()), v.minLength(1))), v.minLength(1));
/** A text, or what is read step by step: tokens, or vectors. */
const sequence = v.union([v.string(), tokens, vectors]);

const jsonSchema = v.strictObject({
  model,
  input: v.optional(sequence),
  /** Several of them. */
  inputs: v.optional(v.pipe(v.array(sequence), v.minLength(1), v.maxLength(1000))),
  pictures: v.optional(picturesInJson),
  /** Whether the words that moved a label are told. */
  explain: v.optional(v.boolean(), false),
});

const JSON_BODY = requestSchema(jsonSchema);
const OPTIONS = requestSchema(v.strictObject({ model }));
const QUERY = requestSchema(v.strictObject({ model, name: v.optional(v.string(), 'picture') }));

export function addLabelRoutes(app: App, context: ServerContext): void {
  const { models, limits } = context;

  async function labelTexts(body: v.InferOutput<typeof jsonSchema>, reply: FastifyReply) {
    const { id, seesPictures } = models.choose('sequence', body.model);
    if (seesPictures) throw new ApiError(400, 'invalid_input', `The model ${id} reads pictures.`);
    const { input, inputs: several, explain } = body;
    if ((input === undefined) === (several === undefined)) {
      throw new ApiError(400, 'missing_field', 'Expected input, or inputs for several, or pictures.');
    }
    const inputs = several ?? [input!];
    const length = inputs.reduce((sum, one) => sum + (typeof one === 'string' ? one : one.flat().join(' ')).length, 0);
    refuseLong({ length }, limits.characters);
    const labels = await inTextRoom(context, reply, (signal) =>
      context.texts.call('label', { model: id, inputs, explain }, { signal }),
    );
    return several ? { labels } : labels[0];
  }

  async function labelPicture({ name, bytes }: SentPicture, asked: string | undefined, signal: AbortSignal) {
    const { id, seesPictures } = models.choose('sequence', asked);
    if (!seesPictures) throw new ApiError(400, 'invalid_input', `The model ${id} reads no pictures.`);
    const giveBack = context.pictureRoom.take();
    try {
      const own = ownBytes(bytes);
      return await context.pictures.call('label', { model: id, name, bytes: own }, { signal, transfer: [own.buffer] });
    } finally {
      giveBack();
    }
  }

  void app.register(async (scope: App) => {
    await addPictureParsers(scope, limits);
    const schema = { summary: 'Labels of texts or pictures', querystring: QUERY, body: pictureBody(JSON_BODY) };
    scope.post('/v1/labels', { schema }, async (request, reply) => {
      const body = request.body as v.InferOutput<typeof jsonSchema> | Buffer | undefined;
      if (body && !Buffer.isBuffer(body) && body.pictures === undefined) return labelTexts(body, reply);
      const { name, ...options } = request.query;
      const sent = await sentPicturesOf(request, { name, options, formOptions: OPTIONS, limits });
      const signal = deadlineOf(reply, limits.seconds);
      const labels = sent.pictures.map((picture) => labelPicture(picture, sent.options.model, signal));
      return sent.several ? { labels: await Promise.all(labels) } : labels[0];
    });
  });
}
