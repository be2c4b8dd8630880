/** Errors as clients get them: a status and `{ "error": { "message", "type", "code" } }`. Knows no route. */
import { InputError } from '../base/errors.ts';

/** What an error is of, as the OpenAI API names it. */
type ErrorType = 'invalid_request_error' | 'authentication_error' | 'rate_limit_error' | 'server_error';

export interface ErrorBody {
  error: { message: string; type: ErrorType; code: string };
}

/** An error that a client is told of. */
export class ApiError extends Error {
  readonly status: number;
  /** For programs: does not change with the wording. */
  readonly code: string;
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, { retryAfter }: { retryAfter?: number } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** What Fastify and its plugins say of requests that they refuse, by their codes; 4xx that are not here keep theirs. */
const REFUSED: Readonly<Record<string, [status: number, code: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'too_large'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'unsupported_media_type'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'invalid_body'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'invalid_body'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'invalid_body'],
  FST_REQ_FILE_TOO_LARGE: [413, 'too_large'],
  FST_FILES_LIMIT: [413, 'too_many_pictures'],
  FST_PARTS_LIMIT: [413, 'too_many_parts'],
  FST_FIELDS_LIMIT: [413, 'too_many_parts'],
};

/** What a client is told of an error; of a defect no more than that it is one. */
export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof InputError) return new ApiError(400, 'invalid_input', inRequestWords(error));
  if (error instanceof Error) {
    const { code, statusCode } = error as Error & { code?: string; statusCode?: number };
    const refused = REFUSED[code ?? ''];
    if (refused) return new ApiError(...refused, error.message);
    if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
      return new ApiError(statusCode, statusCode === 429 ? 'too_many_requests' : 'invalid_request', error.message);
    }
  }
  return new ApiError(500, 'internal_error', 'The server has failed on this request; its log says why.');
}

/** The body of an answer that tells of an error. */
export function errorBody({ status, code, message }: ApiError): ErrorBody {
  return { error: { message, type: typeOf(status), code } };
}

function typeOf(status: number): ErrorType {
  if (status === 401 || status === 403) return 'authentication_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/** The message of an error, in which the settings that it names are the fields of a request: `min_length`. */
function inRequestWords({ message, settings }: InputError): string {
  return settings.reduce((text, setting) => {
    const field = setting.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return text.replace(new RegExp(`\\b${setting}\\b`, 'g'), field);
  }, message);
}
