/** How a server is started. Knows no command line. */
import type { DriverChoice } from '../compute/product/choose.ts';
import type { CnnBackend } from '../vision/cnn-backends.ts';

/** What a request may cost. */
export interface ServerLimits {
  /** Bytes of a request. */
  bytes: number;
  /** Bytes of all requests that are being read. */
  bytesTogether: number;
  /** Width times height of a picture. */
  pixels: number;
  /** Pictures of a request. */
  pictures: number;
  /** Characters of a prompt, or of a text that is looked into. */
  characters: number;
  /** Tokens that a request has written, over all its choices. */
  tokens: number;
  /** Pictures, and texts, that wait or are worked on. */
  waiting: number;
  /** Pictures of which it is asked at once where their words come from: no fewer than a request may bring. */
  explained: number;
  /** Seconds until an answer must be there. */
  seconds: number;
  /** Seconds that a client may take to send its request. */
  sendingSeconds: number;
}

export const serverLimits: ServerLimits = {
  bytes: 32 * 2 ** 20,
  bytesTogether: 512 * 2 ** 20,
  pixels: 100_000_000,
  pictures: 32,
  characters: 100_000,
  tokens: 20_000,
  waiting: 128,
  explained: 32,
  seconds: 60,
  sendingSeconds: 30,
};

export interface ServerOptions {
  /** Folders of captioners. */
  captioners: readonly string[];
  /** Folders of language models. */
  languageModels: readonly string[];
  /** Folders of labellers. */
  labellers: readonly string[];
  /** The folder that trainings are shown from. */
  runs?: string | undefined;
  /** The address that it listens on. */
  host: string;
  /** 0 for any that is free. */
  port: number;
  /** Other names that it may be addressed by. */
  allowedHosts: readonly string[];
  /** What clients have to send. */
  token?: string | undefined;
  /** Requests that an address may make in a minute; absent for any number. */
  rateLimit?: number | undefined;
  blas: DriverChoice;
  cnnBackend: CnnBackend;
  limits?: Partial<ServerLimits> | undefined;
  log: { level: string; stream: { write(line: string): void } };
}
