/** Work on items that is begun before its results are asked for. Knows no pictures. */

/**
 * Runs `work` on up to `window` items ahead of the one that is being waited for; results come in the items' order. Work
 * that was begun is over before the generator ends, even where it ends by an error; only a signal does not wait for it.
 */
export async function* ahead<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  window: number,
  signal: AbortSignal | undefined,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, void> {
  const queue: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      result.catch(() => {}); // thrown when its turn comes
      queue.push(result);
      if (queue.length >= window) yield await unlessStopped(queue.shift()!, signal);
    }
    while (queue.length > 0) yield await unlessStopped(queue.shift()!, signal);
  } finally {
    if (!signal?.aborted) await Promise.allSettled(queue);
  }
}

/** What comes of work, or the signal's reason as soon as that is raised. */
async function unlessStopped<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return work;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
