/**
 * What the answers of the server hold, for its routes and for the page that asks it. Types alone: they know no Node, no
 * thread and no HTTP.
 */
import type { CellIndex } from '../language/cells/record.ts';
import type { CellSearch } from '../language/cells/search.ts';
import type { Score } from '../language/score.ts';
import type { TrainingLog } from '../report/training-log.ts';

export type { Caption } from '../captioning/caption.ts';
export type { Description } from '../captioning/description/description.ts';
export type { Where } from '../captioning/explained/shown-maps.ts';
export type { CellIndex } from '../language/cells/record.ts';
export type { CellSearch } from '../language/cells/search.ts';
export type { TrainingLog } from '../report/training-log.ts';

/** What a model is for. */
export type ModelKind = 'captioner' | 'language' | 'sequence';

/** A model, as `/v1/models` tells of it. What it has beside these goes by its kind. */
export interface ModelAnswer {
  id: string;
  object: 'model';
  /** When its config was written, in seconds since 1970. */
  created: number;
  owned_by: string;
  kind: ModelKind;
  /** Of a captioner: the tags of the languages that it writes; none where it was trained without. */
  languages?: string[];
  /** Of a captioner: whether it tells tags too. */
  tags?: boolean;
  /** Of a language model: what its tokens are, its layers, and the cells of each. */
  level?: string;
  layers?: number;
  hidden?: number;
}

/** A token that was written or read. */
export interface TokenOut {
  token: string;
  /** In nats. */
  logProb: number;
  /** The likeliest tokens in its place, where they were asked for, likeliest first. */
  likeliest?: { token: string; logProb: number }[];
}

/** The answer of `/v1/scores`. */
export interface ScoresAnswer {
  model: string;
  score: Score;
  tokens: TokenOut[];
}

/** The answer of `/v1/cells`. */
export interface CellsAnswer {
  model: string;
  /** What a cell's value is. */
  quantity: 'tanh(c)' | 'h';
  /** The text that each token completes. */
  texts: readonly string[];
  /** After each token, -1 to 1. */
  cells: (CellIndex & { values: number[] })[];
  /** Which cells follow something, where that was asked for. */
  search?: CellSearch;
}

/** The tokens of a choice, or of a piece of it. */
export interface Logprobs {
  tokens: string[];
  token_logprobs: number[];
  /** The likeliest tokens in each place, where they were asked for. */
  top_logprobs: Record<string, number>[] | null;
  /** Where each token begins in the choice's text. */
  text_offset: number[];
}

export interface CompletionChoice {
  text: string;
  index: number;
  logprobs: Logprobs | null;
  finish_reason: 'length' | 'stop' | null;
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

export interface Completion {
  id: string;
  object: 'text_completion';
  created: number;
  model: string;
  choices: CompletionChoice[];
  usage?: Usage | null;
}

/** A training, as the list of them has it. */
export interface RunAnswer {
  /** Its folder's name, below the folder of trainings, with `/` between the parts. */
  id: string;
  /** When its log was written to last: a little ago, it is under way. ISO 8601. */
  updated: string;
}

/** How a training went so far, or what is new of it. */
export interface RunLogAnswer extends RunAnswer, TrainingLog {
  /** What is trained and how, as its `config.json` says it; null where there is none. */
  config: unknown;
}

/** What an error is of, as the OpenAI API names it. */
export type ErrorType = 'invalid_request_error' | 'authentication_error' | 'rate_limit_error' | 'server_error';

/** What is wrong with a request. */
export interface ErrorBody {
  error: { message: string; type: ErrorType; code: string };
}
