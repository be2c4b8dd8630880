/** In place of `platform.ts` in a browser: threads are its workers, and memory is shared where the page is isolated. */
import type * as node from './platform.ts';

export const sharesMemory = globalThis.crossOriginIsolated === true;

/** A thread without a document is a worker, which may sleep; a page's main thread may not. */
export const maySleep = typeof document === 'undefined';

export function threadsAllowed(): number {
  return navigator.hardwareConcurrency;
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

const PATIENCE = 2000;

export function startThread(program: string, data: object): Promise<void> {
  const main = `onmessage = (event) => (${program})(event.data, () => postMessage('ready'));`;
  const url = URL.createObjectURL(new Blob([main], { type: 'text/javascript' }));
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      URL.revokeObjectURL(url);
      resolve();
    };
    const timer = setTimeout(settle, PATIENCE);
    try {
      const worker = new Worker(url);
      worker.onmessage = settle;
      worker.onerror = settle; // where the page's rules forbid workers, for one
      worker.postMessage(data);
    } catch {
      settle();
    }
  });
}

({ sharesMemory, maySleep, threadsAllowed, nextTurn, startThread }) satisfies typeof node;
