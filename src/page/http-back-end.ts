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
import { ApiClient } from './api-client.ts';
import { type BackEnd, BackEndError } from './back-end.ts';
import { eventsOf } from './event-stream.ts';

/** @param askForToken as `ApiClient` takes it */
export function httpBackEnd(askForToken: (again: boolean) => Promise<string>): BackEnd {
  const api = new ApiClient(askForToken);
  return {
    models: async () => (await api.get<{ data: ModelAnswer[] }>('v1/models')).data,

    async describe(picture, name, { model, language, top, tags, explain }, signal): Promise<Description> {
      const query = new URLSearchParams({ name, model, top: String(top) });
      if (language !== undefined) query.set('language', language);
      if (tags !== undefined) query.set('tags', String(tags));
      if (explain) query.set('explain', 'true');
      const headers = { 'content-type': 'application/octet-stream' }; // its bytes tell what it is
      return (await api.request(`v1/captions?${query}`, { method: 'POST', headers, body: picture, signal })).json();
    },

    async *write({ model, prime, length, temperature, topK, topP }, signal) {
      const body = { model, prompt: prime, max_tokens: length, temperature, top_p: topP, top_k: topK, stream: true };
      const response = await api.post('v1/completions', body, signal);
      // An answer to POST has a body.
      for await (const data of eventsOf(response.body!)) {
        if (data === '[DONE]') return;
        const event = JSON.parse(data) as Completion | ErrorBody;
        if ('error' in event) throw new BackEndError(event.error.message);
        const text = event.choices.map((choice) => choice.text).join('');
        if (text !== '') yield text;
      }
    },

    async scores(model, text, likeliest, signal): Promise<ScoresAnswer> {
      return (await api.post('v1/scores', { model, text, likeliest }, signal)).json();
    },

    async cells(wanted, signal): Promise<CellsAnswer> {
      return (await api.post('v1/cells', wanted, signal)).json();
    },

    runs: {
      list: async (signal) => (await api.get<{ runs: RunAnswer[] }>('v1/runs', signal)).runs,
      read: (id, after, signal) => api.get<RunLogAnswer>(`v1/runs/${encodeURIComponent(id)}?after=${after}`, signal),
    },
  };
}
