/** The address of a Redis or Valkey server, whose password stands in no message. Opens no connection. */
import { InputError, UsageError } from '../base/errors.ts';

/** An address as a client takes it. */
export class RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  /** Whether the connection is encrypted (rediss://). */
  readonly tls: boolean;

  /**
   * @param url `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`, rediss:// with TLS
   * @param password that of a URL without one: $REDISCLI_AUTH, as redis-cli reads it
   * @throws UsageError which does not repeat the URL: a password may stand anywhere in one that can't be parsed
   */
  constructor(url: string, password: string | undefined = process.env['REDISCLI_AUTH']) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    const database = /^\/?(\d*)$/.exec(parsed?.pathname ?? '')?.[1];
    if (!parsed || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '' || database === undefined) {
      throw new UsageError('queue is no address of a Redis server', {
        expected: 'redis://HOST[:PORT][/DATABASE], or rediss:// with TLS',
        settings: ['queue'],
      });
    }
    this.tls = parsed.protocol === 'rediss:';
    this.host = parsed.hostname.replace(/^\[|\]$/g, '');
    this.port = Number(parsed.port || 6379);
    this.db = Number(database);
    this.username = decoded(parsed.username) || undefined;
    this.password = decoded(parsed.password) || password || undefined;
  }

  /** The address as messages show it. */
  toString(): string {
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return `${this.tls ? 'rediss' : 'redis'}://${host}:${this.port}${this.db > 0 ? `/${this.db}` : ''}`;
  }

  /** A message of a library, without the password. */
  redact(message: string): string {
    if (!this.password) return message;
    return [this.password, encodeURIComponent(this.password)].reduce(
      (text, one) => text.replaceAll(one, '***'),
      message,
    );
  }

  /** What a client's error means, in a line that names this server. */
  refused(error: unknown): InputError {
    const found = this.redact(messageOf(error));
    if (/^(?:WRONGPASS|NOAUTH|ERR AUTH|ERR invalid password)|without any password configured/.test(found)) {
      return new InputError(`Redis at ${this} takes another password`, {
        found,
        advice: 'Give it in the address, redis://:PASSWORD@HOST, or by the variable REDISCLI_AUTH.',
      });
    }
    if (/^OOM/.test(found)) {
      return new InputError(`Redis at ${this} has no memory left`, {
        found,
        advice: 'Raise its maxmemory; the same command goes on then.',
      });
    }
    if (/^[A-Z]{4,} /.test(found) && !/^E[A-Z]+ /.test(found))
      return new InputError(`Redis at ${this} refuses`, { found });
    return new InputError(`Redis at ${this} can't be reached`, { found, advice: this.#wayIn(found) });
  }

  /** What helps where there is no connection. */
  #wayIn(found: string): string | undefined {
    if (!this.tls) return 'A server that wants TLS is reached by rediss://.';
    const isUnknown = /self-signed|unable to (?:verify|get)/.test(found);
    return isUnknown ? 'Name the file of the authority that signs its certificate by NODE_EXTRA_CA_CERTS.' : undefined;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a bare % of a password that was not encoded
  }
}

/**
 * The first line of an error, without its full stop, also of one that holds one for each address of a host and has no
 * message of its own.
 */
function messageOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
  return (first instanceof Error ? first.message : String(first)).split('\n', 1)[0]!.replace(/\.$/, '');
}
