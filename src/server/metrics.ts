/** What is measured of a server, in the format of Prometheus. Knows no route. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Room } from './room.ts';

/** Seconds, from an answer that was there to one that took a whole queue. */
const SECONDS = [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];

export class Metrics {
  readonly registry = new Registry();
  readonly #seconds: Histogram;
  readonly #pictures: Counter;
  readonly #tokens: Counter;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#seconds = new Histogram({
      name: 'caption_request_seconds',
      help: 'Time from a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    });
    this.#pictures = new Counter({ name: 'caption_pictures_total', help: 'Pictures described.', registers });
    this.#tokens = new Counter({ name: 'caption_tokens_total', help: 'Tokens written.', registers });
  }

  /** Measures how full a room is. */
  watch(room: Room, name: string): void {
    new Gauge({
      name: `caption_${name}_waiting`,
      help: `Requests for ${name} that wait or are worked on.`,
      registers: [this.registry],
      collect() {
        this.set(room.taken);
      },
    });
  }

  answered(request: FastifyRequest, reply: FastifyReply): void {
    const route = request.routeOptions.url ?? 'none';
    this.#seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  }

  described(pictures: number): void {
    this.#pictures.inc(pictures);
  }

  written(tokens: number): void {
    this.#tokens.inc(tokens);
  }
}
