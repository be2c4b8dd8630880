/** The cells of a language model on a text: what they say after each token, and which of them follow something in it. */
import { counted } from '../../base/counted.ts';
import { InputError } from '../../base/errors.ts';
import { runAtOnce, type Steps } from '../../base/steps.ts';
import type { StoredModel } from '../../model/model-folder.ts';
import type { StackState } from '../../nn/state.ts';
import type { TextFeature } from '../../text/features/feature.ts';
import { featuresFor, valuesAtTokens } from '../../text/features/features.ts';
import { tokenizers } from '../../text/tokenizer.ts';
import type { LanguageConfig } from '../config.ts';
import { idsOf, startOf } from '../ids.ts';
import { type CellIndex, type CellRecord, QUANTUM, recordCellsSteps } from './record.ts';
import { type CellSearch, searchCellsSteps } from './search.ts';

/** Tokens below which halves of a text say little. */
const LEAST = 1000;

export interface CellSearchOptions {
  /** Cells that are listed for each feature; 3 by default. */
  top?: number;
  /** What is looked for; by default what prose, or source code where the text looks like it, has. */
  features?: readonly TextFeature[];
}

/** What the cells of a model say while it reads a text. */
export class TextCells {
  readonly record: CellRecord;
  /** The text that each token completes; joined they are the text. */
  readonly texts: readonly string[];
  /** What a cell's value is: the state's c through tanh for an LSTM, h for others. */
  readonly quantity: 'tanh(c)' | 'h';

  constructor(record: CellRecord, texts: readonly string[], quantity: TextCells['quantity']) {
    this.record = record;
    this.texts = texts;
    this.quantity = quantity;
  }

  /** The value of a cell after each token, -1 to 1 in steps of 1/127. @throws RangeError for no such cell */
  valuesOf(cell: CellIndex): Float32Array {
    return Float32Array.from(this.record.valuesOf(cell), (value) => value * QUANTUM);
  }

  /**
   * Looks for cells that follow features of the text.
   *
   * @throws InputError when the text is too short
   */
  search(options: CellSearchOptions = {}): CellSearch {
    return runAtOnce(this.searchSteps(options));
  }

  /** `search`, cell by cell. */
  *searchSteps({ top = 3, features = featuresFor(this.texts.join('')) }: CellSearchOptions = {}): Steps<CellSearch> {
    const { record, texts } = this;
    if (record.length < LEAST) {
      throw new InputError('the text is too short to find cells by', {
        found: counted(record.length, 'token'),
        expected: `at least ${LEAST.toLocaleString('en')}, better 100,000`,
      });
    }
    const measured = features.map((feature) => ({ feature, values: valuesAtTokens(feature, texts) }));
    return yield* searchCellsSteps(record, measured, top);
  }
}

/**
 * Reads the tokens of a text, the first as one that begins a line.
 *
 * @param state at zero, of one sequence
 * @throws InputError when there is a token that the model has no place for, see `idsOf`
 */
export function* readCellsSteps(
  { config, vocabulary, model }: Pick<StoredModel<LanguageConfig>, 'config' | 'vocabulary' | 'model'>,
  tokens: readonly string[],
  state?: StackState,
): Steps<TextCells> {
  const join = tokenizers[config.level].joiner();
  const record = yield* recordCellsSteps(model, idsOf(tokens, vocabulary), startOf(vocabulary), state);
  const texts = tokens.map((token) => join(token));
  return new TextCells(record, texts, config.shape.cell === 'lstm' ? 'tanh(c)' : 'h');
}

/** @throws InputError when the model has no such cell */
export function checkCell(
  { layer, cell }: CellIndex,
  { layers, hidden }: Pick<LanguageConfig['shape'], 'layers' | 'hidden'>,
): void {
  if (layer >= layers) throw missing(`layer ${layer}`, layers);
  if (cell >= hidden) throw missing(`cell ${cell} in layer ${layer}`, hidden);
}

function missing(what: string, count: number): InputError {
  return new InputError(`the model has no ${what}`, { expected: `0 to ${count - 1}` });
}
