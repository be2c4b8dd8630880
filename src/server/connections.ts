/** The connections of a server, which are to end with it. Knows no route. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds between two looks at the connections of a server that ends. */
const LOOKING = 100;

/**
 * Node looks no more after connections when their server is closing: one that is never used, or a request that is never
 * sent to its end, would keep it from ending for good.
 */
export class Connections {
  /** What each connection has asked for last, until that is answered. */
  readonly #requests = new Map<Socket, IncomingMessage | undefined>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#requests.set(socket, undefined);
      socket.once('close', () => this.#requests.delete(socket));
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request;
      this.#requests.set(socket, request);
      response.once('close', () => {
        if (this.#requests.get(socket) === request) this.#requests.set(socket, undefined);
      });
    });
  }

  /**
   * Closes connections while a server ends: those that wait for no answer, which clients may keep for long, and those whose
   * requests are not sent in time.
   *
   * @param ending of the server
   * @param seconds that clients may take to send the rest of their requests
   */
  async closeUntil(ending: PromiseLike<unknown>, seconds: number): Promise<void> {
    const end = performance.now() + 1000 * seconds;
    const closing = setInterval(() => {
      for (const [socket, request] of this.#requests) {
        if (!request || (!request.complete && performance.now() > end)) socket.destroy();
      }
    }, LOOKING);
    try {
      await ending;
    } finally {
      clearInterval(closing);
    }
  }
}
