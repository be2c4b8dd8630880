/** A server as back end, by its HTTP API; addresses are below that of the page. Knows no view. */
import type {
  CellsAnswer,
  Completion,
  Description,
  ErrorBody,
  ModelAnswer,
  RunAnswer,
  RunLogAnswer,
  ScoresAnswer,
} from '../server/api.ts';
import { type BackEnd, BackEndError } from './back-end.ts';
import { eventsOf } from './event-stream.ts';

/** How often a server that has no room is asked again, and the most seconds between. */
const [TRIES, LONGEST] = [20, 10];
/** Where the token is kept for as long as the window is open. */
const TOKEN = 'caption-lm token';

/**
 * @param askForToken asks the reader for the token that the server wants
 * @param again whether one was given that is not the right one
 */
export function httpBackEnd(askForToken: (again: boolean) => Promise<string>): BackEnd {
  let token = sessionStorage.getItem(TOKEN) ?? undefined;
  let asked: Promise<void> | undefined;

  /** Asks for the token once, however many requests lack it. */
  function needToken(): Promise<void> {
    asked ??= askForToken(token !== undefined).then((given) => {
      token = given;
      sessionStorage.setItem(TOKEN, given);
      asked = undefined;
    });
    return asked;
  }

  /** @throws BackEndError when it is refused, or the server is not there */
  async function request(address: string, init: RequestInit = {}): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const sent = token;
      const headers = new Headers(init.headers);
      if (sent !== undefined) headers.set('authorization', `Bearer ${sent}`);
      const response = await fetch(address, { ...init, headers }).catch((error) => {
        throw init.signal?.aborted ? error : new BackEndError('The server does not answer.', { cause: error });
      });
      if (response.ok) return response;
      if (response.status === 401) {
        if (sent === token) await needToken();
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

  async function get<Answer>(address: string, signal?: AbortSignal): Promise<Answer> {
    return (await request(address, { signal: signal ?? null })).json();
  }

  function post(address: string, body: object, signal: AbortSignal): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return request(address, { method: 'POST', headers, body: JSON.stringify(body), signal });
  }

  return {
    models: async () => (await get<{ data: ModelAnswer[] }>('v1/models')).data,

    async describe(picture, name, { model, language, top, tags, explain }, signal): Promise<Description> {
      const query = new URLSearchParams({ name, model, top: String(top) });
      if (language !== undefined) query.set('language', language);
      if (tags !== undefined) query.set('tags', String(tags));
      if (explain) query.set('explain', 'true');
      const headers = { 'content-type': 'application/octet-stream' }; // its bytes tell what it is
      return (await request(`v1/captions?${query}`, { method: 'POST', headers, body: picture, signal })).json();
    },

    async *write({ model, prime, length, temperature, topK, topP }, signal) {
      const body = { model, prompt: prime, max_tokens: length, temperature, top_p: topP, top_k: topK, stream: true };
      const response = await post('v1/completions', body, signal);
      for await (const data of eventsOf(response.body!)) {
        // an answer to POST has a body
        if (data === '[DONE]') return;
        const event = JSON.parse(data) as Completion | ErrorBody;
        if ('error' in event) throw new BackEndError(event.error.message);
        const text = event.choices.map((choice) => choice.text).join('');
        if (text !== '') yield text;
      }
    },

    async scores(model, text, likeliest, signal): Promise<ScoresAnswer> {
      return (await post('v1/scores', { model, text, likeliest }, signal)).json();
    },

    async cells(wanted, signal): Promise<CellsAnswer> {
      return (await post('v1/cells', wanted, signal)).json();
    },

    runs: {
      list: async (signal) => (await get<{ runs: RunAnswer[] }>('v1/runs', signal)).runs,
      read: (id, after, signal) => get<RunLogAnswer>(`v1/runs/${encodeURIComponent(id)}?after=${after}`, signal),
    },
  };
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
