/** How long work goes on for a request: until its client leaves, or its time is over. */
import { setMaxListeners } from 'node:events';
import type { FastifyReply } from 'fastify';
import { ApiError } from './errors.ts';

/** The client of a request has left; nobody gets the answer. */
class ClientLeft extends ApiError {
  constructor() {
    super(499, 'client_left', 'The client has left.');
  }
}

/** A signal that is raised when the client leaves before all of the answer is sent, or after `seconds`. */
export function deadlineOf(reply: FastifyReply, seconds: number): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // each of a request's pictures or texts listens, however many there are
  const late = () =>
    controller.abort(new ApiError(503, 'timeout', `The answer took longer than ${seconds} s.`, { retryAfter: 5 }));
  const timer = setTimeout(late, 1000 * seconds).unref();
  reply.raw.once('close', () => {
    clearTimeout(timer);
    if (!reply.raw.writableFinished) controller.abort(new ClientLeft());
  });
  return controller.signal;
}
