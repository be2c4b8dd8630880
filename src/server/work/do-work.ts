/** A thread's side of its work: takes orders, does them side by side, answers. Knows no work. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { InputError, UsageError } from '../../base/errors.ts';
import type { Answer, Order, SentError, Works } from './messages.ts';

/** Does one kind of work. @param send sends a piece @param signal raised when nobody waits for the result any more */
type Worker<Argument, Piece, Result> = (
  argument: Argument,
  context: { send: (piece: Piece) => void; signal: AbortSignal },
) => Promise<Result> | Result;

export type Workers<Kinds extends Works<Kinds>> = {
  [Name in keyof Kinds]: Worker<Kinds[Name]['argument'], Kinds[Name]['piece'], Kinds[Name]['result']>;
};

/** Does what the server's thread orders. */
export function doWork<Kinds extends Works<Kinds>>(workers: Workers<Kinds>): void {
  const port = parentPort as MessagePort; // this thread is never the main one
  const underWay = new Map<number, AbortController>();
  const answer = (message: Answer) => port.postMessage(message);

  port.on('message', async (order: Order) => {
    const { id } = order;
    if ('leave' in order) {
      underWay.get(id)?.abort();
      return;
    }
    const controller = new AbortController();
    underWay.set(id, controller);
    const { signal } = controller;
    const send = (piece: unknown) => signal.aborted || answer({ id, piece });
    try {
      const worker = workers[order.name as keyof Kinds] as Worker<unknown, unknown, unknown>;
      answer({ id, result: await worker(order.argument, { send, signal }) });
    } catch (error) {
      answer({ id, error: toSend(error) });
    } finally {
      underWay.delete(id);
    }
  });
}

function toSend(error: unknown): SentError {
  if (error instanceof InputError) {
    const { message, settings } = error;
    return { kind: error instanceof UsageError ? 'usage' : 'input', message, settings };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'defect', message, stack };
}
