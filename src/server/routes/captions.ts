/** `POST /v1/captions`, with the options and the answers of `caption describe --json`; and Hugging Face's image-to-text. */
import type { FastifyReply } from 'fastify';
import * as v from 'valibot';
import { integerFrom, numberFrom, share } from '../../base/schema.ts';
import { decodingDefaults } from '../../captioning/caption.ts';
import { CAPTION_TEMPERATURE } from '../../captioning/decoding-flags.ts';
import type { Description } from '../../captioning/description/description.ts';
import type { ErrorBody } from '../api.ts';
import type { App } from '../app.ts';
import type { ServerContext } from '../context.ts';
import { deadlineOf } from '../deadline.ts';
import { ApiError, apiErrorOf, errorBody } from '../errors.ts';
import {
  addPictureParsers,
  ownBytes,
  pictureBody,
  picturesInJson,
  type SentPicture,
  type SentPictures,
  sentPicturesOf,
} from '../pictures-sent.ts';
import { requestSchema } from '../schema.ts';
import type { DescribingOptions } from '../work/describe-batch.ts';

const optionEntries = {
  model: v.optional(v.string()),
  top: v.optional(integerFrom(1), 1),
  diversity: v.optional(numberFrom(0), 0),
  min_confidence: v.optional(share, 0),
  language: v.optional(v.string()),
  tags: v.optional(v.pipe(integerFrom(1), v.maxValue(1000))),
  beam: v.optional(integerFrom(1), decodingDefaults.beam),
  consensus: v.optional(integerFrom(0)),
  surest: v.optional(v.boolean(), true),
  length_penalty: v.optional(numberFrom(0), decodingDefaults.lengthPenalty),
  min_length: v.optional(integerFrom(0), decodingDefaults.minLength),
  max_length: v.optional(v.pipe(integerFrom(1), v.maxValue(100)), decodingDefaults.maxLength),
  block: v.optional(integerFrom(0), 0),
  sample: v.optional(v.boolean()),
  temperature: v.optional(numberFrom(0)),
  top_k: v.optional(integerFrom(1)),
  top_p: v.optional(share),
  min_p: v.optional(share),
  seed: v.optional(integerFrom(0)),
  explain: v.optional(v.boolean()),
};

const optionsSchema = v.strictObject(optionEntries);
type CaptionOptions = v.InferOutput<typeof optionsSchema>;

const OPTIONS = requestSchema(optionsSchema);

const QUERY = requestSchema(v.strictObject({ ...optionEntries, name: v.optional(v.string(), 'picture') }));

/** Without what its answer has no place for, and takes long. */
const { explain: _, ...plainEntries } = optionEntries;
const PLAIN_QUERY = requestSchema(v.strictObject({ ...plainEntries, name: v.optional(v.string(), 'picture') }));

const JSON_BODY = requestSchema(v.strictObject({ ...optionEntries, pictures: picturesInJson }));

export function addCaptionRoutes(app: App, context: ServerContext): void {
  const { limits } = context;

  /** Describes a picture for a request. */
  async function describePicture(picture: SentPicture, options: CaptionOptions, signal: AbortSignal) {
    const model = context.models.choose('captioner', options.model);
    const giveBack = [context.pictureRoom.take()];
    try {
      if (options.explain) giveBack.push(context.explainedRoom.take());
      const { name } = picture;
      const bytes = ownBytes(picture.bytes);
      const argument = { model: model.id, name, bytes, options: describingOptions(options) };
      const description = await context.pictures.call('describe', argument, { signal, transfer: [bytes.buffer] });
      context.metrics.described(1);
      return description;
    } finally {
      for (const give of giveBack) give();
    }
  }

  /** Describes several: what is wrong with one of them is told in its place. */
  async function describeAll({ pictures, options }: SentPictures<CaptionOptions>, reply: FastifyReply) {
    const signal = deadlineOf(reply, limits.seconds);
    const described = await Promise.all(
      pictures.map(async (picture): Promise<Description | ({ file: string } & ErrorBody)> => {
        try {
          return await describePicture(picture, options, signal);
        } catch (error) {
          const refused = apiErrorOf(error);
          if (refused.status >= 500 || refused.status === 404) throw error;
          return { file: picture.name, ...errorBody(refused) };
        }
      }),
    );
    return { pictures: described };
  }

  void app.register(async (scope: App) => {
    await addPictureParsers(scope, limits);

    scope.post(
      '/v1/captions',
      { schema: { summary: 'Captions of pictures', querystring: QUERY, body: pictureBody(JSON_BODY) } },
      async (request, reply) => {
        const { name, ...options } = request.query;
        const sent = await sentPicturesOf(request, { name, options, formOptions: OPTIONS, limits });
        if (sent.several) return describeAll(sent, reply);
        return describePicture(sent.pictures[0]!, sent.options, deadlineOf(reply, limits.seconds));
      },
    );

    scope.post(
      '/v1/image-to-text',
      {
        schema: {
          summary: "A picture's caption, as Hugging Face's inference clients ask for it",
          querystring: PLAIN_QUERY,
        },
      },
      async (request, reply) => {
        const { name, ...options } = request.query;
        if (!Buffer.isBuffer(request.body)) {
          throw new ApiError(415, 'unsupported_media_type', 'Expected the bytes of a picture as body.');
        }
        const signal = deadlineOf(reply, limits.seconds);
        const { caption } = await describePicture({ name, bytes: request.body }, options, signal);
        return { generated_text: caption ?? '' };
      },
    );
  });
}

function describingOptions(options: CaptionOptions): DescribingOptions {
  const { temperature, top_k: topK, top_p: topP, min_p: minP, seed } = options;
  const drawn = [temperature, topK, topP, minP, seed].some((option) => option !== undefined);
  return {
    top: options.top,
    diversity: options.diversity,
    minConfidence: options.min_confidence,
    language: options.language,
    tags: options.tags,
    explain: options.explain,
    beam: options.beam,
    consensus: options.consensus,
    surest: options.surest,
    lengthPenalty: options.length_penalty,
    minLength: options.min_length,
    maxLength: options.max_length,
    block: options.block,
    sample: options.sample ?? drawn, // as on the command line, each of them means it
    temperature: temperature ?? CAPTION_TEMPERATURE,
    topK,
    topP,
    minP,
    seed,
  };
}
