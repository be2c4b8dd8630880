/** The HTTP application: plugins, limits, errors, who may ask. What it answers is in `routes`. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type RawServerDefault,
} from 'fastify';
import { type Access, accessCheck } from './access.ts';
import { ApiError, apiErrorOf, errorBody } from './errors.ts';
import type { Metrics } from './metrics.ts';
import type { ServerLimits, ServerOptions } from './options.ts';
import { Room } from './room.ts';
import { type SchemaTypes, validatorCompiler } from './schema.ts';

/** The application, whose routes have the types of their schemas. */
export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, SchemaTypes>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether it is told to those without a token too. */
    open?: boolean;
  }
}

/** How routes are configured that answer everybody, as often as they ask. */
export const OPEN = { open: true, rateLimit: false } as const;

export interface AppOptions extends Pick<ServerOptions, 'log' | 'rateLimit'> {
  version: string;
  access: Access;
  limits: ServerLimits;
  metrics: Metrics;
}

/** Milliseconds between two looks at connections that take too long. */
const LOOKING = 1000;

/** The style and the scripts of the page are files of this server, and no text can become HTML or a script on it. */
const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    requireTrustedTypesFor: ["'script'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

/** An application without routes. */
export async function createApp({ version, access, limits, metrics, rateLimit: most, log }: AppOptions): Promise<App> {
  const app: App = fastify({
    logger: log,
    bodyLimit: limits.bytes,
    requestTimeout: 1000 * limits.sendingSeconds,
    http: {
      headersTimeout: 1000 * limits.sendingSeconds,
      connectionsCheckingInterval: LOOKING,
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: 200 },
    trustProxy: 'loopback',
    return503OnClosing: false, // what comes on connections that are still open is answered
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, _, reply: FastifyReply) => {
      const refused = apiErrorOf(error);
      void reply.code(refused.status).send(errorBody(refused));
    },
  }).withTypeProvider<SchemaTypes>();
  app.setValidatorCompiler(validatorCompiler);
  app.removeContentTypeParser('text/plain'); // that Fastify brings along: no route takes a bare text
  app.server.on('checkExpectation', refuseExpectation);
  const routes: { method: string | string[]; url: string }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    routes.push({ method, url });
  });

  const check = accessCheck(access);
  app.addHook('onResponse', async (request, reply) => metrics.answered(request, reply));
  app.setErrorHandler((error, request, reply) => {
    const refused = apiErrorOf(error);
    if (refused.status >= 500 && refused.status !== 503) request.log.error(error);
    if (refused.retryAfter !== undefined) reply.header('retry-after', refused.retryAfter);
    if (refused.status === 401) reply.header('www-authenticate', 'Bearer');
    if (refused.status === 413 || refused.status === 408) reply.header('connection', 'close');
    return reply.code(refused.status).type('application/json; charset=utf-8').send(errorBody(refused));
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsOf(routes, request.url.replace(/\?.*/s, ''));
    if (allowed.length === 0)
      throw new ApiError(404, 'not_found', 'There is nothing at this address; GET /openapi.json lists what there is.');
    reply.header('allow', allowed.join(', '));
    throw new ApiError(405, 'method_not_allowed', `Expected ${allowed.join(' or ')} here.`);
  });

  // First, so that its headers are on answers that refuse too.
  await app.register(helmet, { contentSecurityPolicy: CONTENT_SECURITY_POLICY, strictTransportSecurity: false });
  if (most !== undefined) await app.register(rateLimit, { max: most, timeWindow: '1 minute' });
  // After the limit of requests, by which those who try out tokens are stopped.
  app.addHook('preParsing', async (request) => check(request, request.routeOptions.config.open === true));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'caption-lm', version, description: 'Captions for photos, and recurrent language models.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      ...(access.token !== undefined && { security: [{ token: [] }] }),
    },
  });
  limitReading(app, limits);
  return app;
}

/** Refuses bodies for which there is no room in memory beside those that are being read. */
function limitReading(app: App, { bytes, bytesTogether }: ServerLimits): void {
  const room = new Room('bytes', bytesTogether);
  app.addHook('preParsing', async (request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    const { 'content-encoding': encoding, 'content-length': length } = request.headers;
    if (!/^(identity)?$/i.test(encoding ?? '')) {
      throw new ApiError(415, 'unsupported_encoding', `Bodies that are packed (${encoding}) are not read.`);
    }
    const giveBack = room.take(Math.min(bytes, length === undefined ? bytes : Number(length)));
    reply.raw.once('close', giveBack);
  });
}

/** Answers `Expect` with anything but 100-continue, of which no route ever hears. */
function refuseExpectation({ headers }: IncomingMessage, response: ServerResponse): void {
  const message = `Expected 100-continue or nothing in the Expect header, not ${headers.expect}.`;
  const body = JSON.stringify(errorBody(new ApiError(417, 'expectation_failed', message)));
  response.writeHead(417, { 'content-type': 'application/json; charset=utf-8', connection: 'close' }).end(body);
}

/** The methods by which an address may be asked for. */
function methodsOf(routes: readonly { method: string | string[]; url: string }[], path: string): string[] {
  const fits = (url: string) => new RegExp(`^${url.replace(/:[a-z]+/g, '[^/]+')}$`).test(path);
  return [...new Set(routes.filter(({ url }) => fits(url)).flatMap(({ method }) => method))];
}

const BROKEN: Readonly<Record<string, [status: number, reason: string, code: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'headers_too_large', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'request_timeout', 'The request was not sent in time.'],
};

/** Answers what is no HTTP, of which no route ever hears. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const broken = ['Bad Request', 'invalid_request', 'This is not a request of HTTP/1.1.'] as const;
  const [status, reason, code, message] = BROKEN[error.code ?? ''] ?? ([400, ...broken] as const);
  const body = JSON.stringify(errorBody(new ApiError(status, code, message)));
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
