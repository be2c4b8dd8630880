/** Pictures as requests bring them: as the body itself, as files of a form, in base64 in JSON. Knows no captions. */
import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { reasonOf } from '../base/errors.ts';
import type { App } from './app.ts';
import { ApiError } from './errors.ts';
import type { ServerLimits } from './options.ts';
import { type Described, parseTexts } from './schema.ts';

/** A picture, by what its client calls it: a name for messages, never a path. */
export interface SentPicture {
  name: string;
  bytes: Uint8Array;
}

export interface SentPictures<Options> {
  pictures: SentPicture[];
  options: Options;
  /** Whether there may be several, so that they are answered by a list. */
  several: boolean;
}

interface Reading<Options> {
  /** What a picture is called that is the body itself. */
  name: string;
  /** Those of the address. */
  options: Options;
  /** The options that a form may have. */
  formOptions: Described<Options>;
  limits: ServerLimits;
}

/** Pictures in JSON: base64, or `data:` URLs of it. */
export const picturesInJson = v.pipe(
  v.array(v.strictObject({ data: v.string(), name: v.optional(v.string()) })),
  v.minLength(1),
);

/** A body that brings pictures, for a route. @param json what it may be in JSON */
export function pictureBody(json: Described<unknown>) {
  const bytes = { type: 'string', format: 'binary' };
  const files = { type: 'object', properties: { picture: { type: 'array', items: bytes } } };
  return {
    content: {
      'image/*': { schema: bytes },
      'application/octet-stream': { schema: bytes },
      'multipart/form-data': { schema: files },
      'application/json': { schema: json },
    },
  };
}

/** Has the bodies of a scope read as forms, and as bytes where they are pictures: of any kind, which their bytes tell. */
export async function addPictureParsers(scope: App, { bytes, pictures }: ServerLimits): Promise<void> {
  const fields = { fields: 32, fieldSize: 4096, parts: pictures + 32 };
  await scope.register(multipart, { limits: { fileSize: bytes, files: pictures, ...fields } });
  const asBytes = { parseAs: 'buffer', bodyLimit: bytes } as const;
  scope.addContentTypeParser(/^image\//, asBytes, (_, body, done) => done(null, body));
  // What curl says of --data-binary.
  const others = ['application/octet-stream', 'application/x-www-form-urlencoded'];
  scope.addContentTypeParser(others, asBytes, (_, body, done) => done(null, body));
  // What clients send that say nothing, as Hugging Face's do.
  scope.addContentTypeParser('*', asBytes, ({ headers }, body, done) => {
    const type = headers['content-type'];
    if (type === undefined) return done(null, body);
    done(new ApiError(415, 'unsupported_media_type', `Expected a picture, a form or JSON, not ${type}.`));
  });
}

/** The pictures of a request, whose JSON has been checked. @throws ApiError when there are none, or too many */
export async function sentPicturesOf<Options>(
  request: FastifyRequest,
  { name, options, formOptions, limits }: Reading<Options>,
): Promise<SentPictures<Options>> {
  if (request.isMultipart()) return picturesOfForm(request, options, formOptions);
  const { body } = request;
  if (Buffer.isBuffer(body)) return { pictures: [{ name, bytes: body }], options, several: false };
  if (!body) throw new ApiError(400, 'missing_picture', 'The request has no picture.');
  const { pictures, ...inBody } = body as { pictures: v.InferOutput<typeof picturesInJson> };
  if (pictures.length > limits.pictures) {
    throw new ApiError(413, 'too_many_pictures', `At most ${limits.pictures} pictures can be sent at once.`);
  }
  const read = pictures.map((picture, i) => ({
    name: picture.name ?? `picture ${i + 1}`,
    bytes: fromBase64(picture.data, i),
  }));
  return { pictures: read, options: inBody as Options, several: true };
}

async function picturesOfForm<Options>(
  request: FastifyRequest,
  options: Options,
  formOptions: Described<Options>,
): Promise<SentPictures<Options>> {
  const pictures: SentPicture[] = [];
  const fields: Record<string, unknown> = {};
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') fields[part.fieldname] = part.value;
      else pictures.push({ name: part.filename || `picture ${pictures.length + 1}`, bytes: await part.toBuffer() });
    }
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error) throw error; // one of the limits
    throw new ApiError(400, 'invalid_body', `The form can not be read: ${reasonOf(error).replace(/\.*$/, '.')}`);
  }
  if (pictures.length === 0) throw new ApiError(400, 'missing_picture', 'The form has no file.');
  const ofForm = parseTexts(formOptions, fields);
  return { pictures, options: Object.keys(fields).length > 0 ? ofForm : options, several: true };
}

/** @throws ApiError for what is not base64 */
function fromBase64(text: string, i: number): Uint8Array {
  const data = text.startsWith('data:') ? text.slice(text.indexOf(',') + 1) : text;
  const bytes = Buffer.from(data, 'base64');
  const letters = data.replace(/[\s=]/g, '').length;
  if (letters > 0 && Math.floor((letters * 3) / 4) === bytes.length) return bytes;
  throw new ApiError(400, 'invalid_field', `pictures.${i}.data: expected base64; addresses are not fetched`);
}

/** Bytes that lie in no buffer but their own, and can be moved to another thread. */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes;
  // A copy by `bytes.slice()` would lie in the same buffer where the bytes are Node's `Buffer`.
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes);
}
