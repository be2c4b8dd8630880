/**
 * Who may ask for what: names by which the server may be addressed, pages that may ask, tokens. Knows no route but those
 * that are open to all.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { ApiError } from './errors.ts';

export interface Access {
  /** Names beside IP addresses and localhost that a request's Host header may have. */
  hosts: readonly string[];
  /** What clients have to send as bearer token; absent where none is needed. */
  token?: string | undefined;
}

/**
 * Makes the check of every request.
 *
 * A page of another site could have its name point to this machine (DNS rebinding), so that browsers take it for that
 * site: its requests are told by the Host header. IP addresses can't be rebound.
 *
 * @returns a function that throws an ApiError for a request that may not be made
 */
export function accessCheck({ hosts, token }: Access): (request: FastifyRequest, open: boolean) => void {
  const names = new Set(['localhost', ...hosts.map((host) => host.toLowerCase())]);
  const expected = token === undefined ? undefined : digest(token);
  return ({ headers, raw }, open) => {
    const host = hostOf(raw);
    const name = hostnameOf(host);
    if (!names.has(name) && isIP(name) === 0) {
      const advice = 'start it with --allow-host NAME if that is its name';
      throw new ApiError(421, 'host_not_allowed', `The server is not called ${JSON.stringify(name)}; ${advice}.`);
    }
    const { origin } = headers;
    if (origin !== undefined && hostOfOrigin(origin) !== host.toLowerCase()) {
      throw new ApiError(403, 'origin_not_allowed', 'Pages of other sites may not use this server.');
    }
    if (expected === undefined || open) return;
    const [, sent] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
    if (sent === undefined) throw new ApiError(401, 'token_missing', 'Send the token: Authorization: Bearer TOKEN.');
    if (!timingSafeEqual(digest(sent), expected))
      throw new ApiError(401, 'token_wrong', 'The token is not the right one.');
  };
}

/** Equally long whatever was sent, so that the time of a comparison tells nothing. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/**
 * The host that a request is for: in an address with a host, as proxies are sent, that one, else the Host header
 * (RFC 9112, section 3.2).
 *
 * @throws ApiError where there is no such header, or several, of which a proxy may have gone by another
 */
function hostOf({ url = '', rawHeaders }: IncomingMessage): string {
  const sent = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]!.toLowerCase() === 'host');
  if (sent.length !== 1) throw new ApiError(400, 'invalid_request', 'Expected one Host header.');
  const [, inAddress] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? [];
  return inAddress ?? sent[0]!;
}

/** The name of a Host header, without its port; an IPv6 address without its brackets. */
function hostnameOf(host: string): string {
  const [, name = ''] = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(host) ?? [];
  return name
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

function hostOfOrigin(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
