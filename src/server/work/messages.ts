/** What the server's thread and those that work for it send each other. Knows no work. */

/** What a kind of work takes, and what it gives: pieces on the way, and a result. */
export interface Work {
  argument: unknown;
  piece: unknown;
  result: unknown;
}

/** Kinds of work by name. */
export type Works<Kinds> = { [Name in keyof Kinds]: Work };

/** To a thread: begin some work, or leave it. */
export type Order = { id: number; name: string; argument: unknown } | { id: number; leave: true };

/** From a thread: a piece, the result or the error of some work. */
export type Answer =
  | { id: number; piece: unknown }
  | { id: number; result: unknown }
  | { id: number; error: SentError };

/** An error on its way between threads: one of the user's, whose message is for the client, or a defect of ours. */
export type SentError =
  | { kind: 'input' | 'usage'; message: string; settings: readonly string[] }
  | { kind: 'defect'; message: string; stack: string | undefined };
