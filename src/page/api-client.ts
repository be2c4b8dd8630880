/** Asks a server, whose addresses are below that of the page, by the token that it wants. Knows no route. */
import type { ErrorBody } from '../server/api.ts';
import { BackEndError } from './back-end.ts';

/** How often a server that has no room is asked again, and the most seconds between. */
const [TRIES, LONGEST] = [20, 10];
/** Where the token is kept for as long as the window is open. */
const TOKEN = 'caption-lm token';

export class ApiClient {
  readonly #askForToken: (again: boolean) => Promise<string>;
  #token = sessionStorage.getItem(TOKEN) ?? undefined;
  #asked: Promise<void> | undefined;

  /**
   * @param askForToken asks the reader for the token that the server wants; `again` says that the one that was given is
   *   not the right one
   */
  constructor(askForToken: (again: boolean) => Promise<string>) {
    this.#askForToken = askForToken;
  }

  async get<Answer>(address: string, signal?: AbortSignal): Promise<Answer> {
    return (await this.request(address, { signal: signal ?? null })).json();
  }

  post(address: string, body: object, signal: AbortSignal): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return this.request(address, { method: 'POST', headers, body: JSON.stringify(body), signal });
  }

  /** @throws BackEndError when it is refused, or the server is not there; the signal's reason */
  async request(address: string, init: RequestInit = {}): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const sent = this.#token;
      const headers = new Headers(init.headers);
      if (sent !== undefined) headers.set('authorization', `Bearer ${sent}`);
      const response = await fetch(address, { ...init, headers }).catch((error) => {
        throw init.signal?.aborted ? error : new BackEndError('The server does not answer.', { cause: error });
      });
      if (response.ok) return response;
      if (response.status === 401) {
        if (sent === this.#token) await this.#needToken();
        continue;
      }
      const answer = (await response.json().catch(() => undefined)) as ErrorBody | undefined;
      const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
      const hasNoRoom = response.status === 429 || answer?.error.code === 'overloaded';
      if (hasNoRoom && tries < TRIES && seconds >= 0) {
        await pause(1000 * Math.min(LONGEST, seconds) * (0.5 + Math.random()), init.signal);
        continue;
      }
      throw new BackEndError(answer?.error.message ?? `The server answers ${response.status} ${response.statusText}.`);
    }
  }

  /** Asks for the token once, however many requests lack it. */
  #needToken(): Promise<void> {
    this.#asked ??= this.#askForToken(this.#token !== undefined).then((given) => {
      this.#token = given;
      sessionStorage.setItem(TOKEN, given);
      this.#asked = undefined;
    });
    return this.#asked;
  }
}

/** Waits. @throws the signal's reason when it is raised before */
function pause(milliseconds: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    const leave = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    if (signal?.aborted) leave();
    signal?.addEventListener('abort', leave, { once: true });
  });
}
