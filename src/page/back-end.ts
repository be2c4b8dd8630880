/** What the page asks for, whoever answers: a server, or the browser itself. Knows no view and no HTTP. */
import type {
  CellIndex,
  CellsAnswer,
  Description,
  ModelAnswer,
  RunAnswer,
  RunLogAnswer,
  ScoresAnswer,
} from '../server/api.ts';

/** How pictures are to be described. */
export interface DescribingChoices {
  model: string;
  /** Absent for the captioner's first, or for one that has none. */
  language: string | undefined;
  /** Captions of each picture. */
  top: number;
  /** Tags of each picture; absent for none. */
  tags: number | undefined;
  /** Whether it is told where in the picture the words of the best caption come from, which takes longer. */
  explain?: boolean;
}

/** How a text is to be written. */
export interface WritingChoices {
  model: string;
  prime: string;
  /** Most tokens. */
  length: number;
  temperature: number;
  /** Absent for all tokens. */
  topK: number | undefined;
  topP: number;
}

export interface BackEnd {
  models(): Promise<ModelAnswer[]>;
  /** @throws BackEndError, as all others do; the signal's reason */
  describe(picture: Blob, name: string, choices: DescribingChoices, signal: AbortSignal): Promise<Description>;
  /** The text that is written after the prime, piece by piece. */
  write(choices: WritingChoices, signal: AbortSignal): AsyncIterable<string>;
  /** @param likeliest how many of the likeliest tokens are told of each place */
  scores(model: string, text: string, likeliest: number, signal: AbortSignal): Promise<ScoresAnswer>;
  /** @param find of how many cells it is told that they follow something, for each feature; 0 to look for none */
  cells(
    wanted: { model: string; text: string; cells: readonly CellIndex[]; find: number },
    signal: AbortSignal,
  ): Promise<CellsAnswer>;
  /** Absent where there can be no trainings. */
  runs?: {
    list(signal: AbortSignal): Promise<RunAnswer[]>;
    /** @param after of the log, what comes after this update; -1 for all */
    read(id: string, after: number, signal: AbortSignal): Promise<RunLogAnswer>;
  };
}

/** What was asked for is not to be had, and why, in words for the reader. */
export class BackEndError extends Error {
  override readonly name = 'BackEndError';
}

/** What the reader is told of an error. */
export function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
