/** Cells of a trained model on a text: what they say, and which of them follow something. */
import { InputError } from '../../base/errors.ts';
import type { StoredModel } from '../../model/model-folder.ts';
import { featuresFor, valuesAtTokens } from '../../text/features/features.ts';
import { tokenizers } from '../../text/tokenizer.ts';
import type { LanguageConfig } from '../config.ts';
import { idsOf, startOf } from '../ids.ts';

import { type Cell, type CellRecord, recordCells } from './record.ts';
import { type Search, searchCells } from './search.ts';

/** Tokens below which halves of a text say little. */
const LEAST = 1000;

/** What cells say while a model reads a text. */
export interface ReadCells {
  record: CellRecord;
  /** The text that each token completes; joined they are the text. */
  texts: readonly string[];
  /** What a cell's value is: `tanh(c)` or `h`. */
  quantity: string;
}

/** Reads the tokens of a text, the first as one that begins a line. */
export function readCells(
  { config, vocabulary, model }: StoredModel<LanguageConfig>,
  tokens: readonly string[],
  onProgress?: (tokens: number) => void,
): ReadCells {
  const join = tokenizers[config.level].joiner();
  return {
    record: recordCells(model, idsOf(tokens, vocabulary), startOf(vocabulary), onProgress),
    texts: tokens.map((token) => join(token)),
    quantity: config.shape.cell === 'lstm' ? 'tanh(c)' : 'h',
  };
}

/**
 * Looks for cells that follow features of the text.
 *
 * @param top cells for each feature
 * @param onProgress called with the cells that are done
 * @throws InputError when the text is too short
 */
export function findCells(
  { record, texts }: Pick<ReadCells, 'record' | 'texts'>,
  top: number,
  onProgress?: (cells: number) => void,
): Search {
  if (record.length < LEAST) {
    throw new InputError('the text is too short to find cells by', {
      found: `${record.length} tokens`,
      expected: `at least ${LEAST.toLocaleString('en')}, better 100,000`,
    });
  }
  const features = featuresFor(texts.join('')).map((feature) => ({ feature, values: valuesAtTokens(feature, texts) }));
  return searchCells(record, features, top, onProgress);
}

/** @throws InputError when the model has no such cell */
export function checkCell(
  { layer, cell }: Cell,
  { layers, hidden }: Pick<LanguageConfig['shape'], 'layers' | 'hidden'>,
) {
  if (layer >= layers) throw missing(`layer ${layer}`, layers);
  if (cell >= hidden) throw missing(`cell ${cell} in layer ${layer}`, hidden);
}

function missing(what: string, count: number): InputError {
  return new InputError(`the model has no ${what}`, { expected: `0 to ${count - 1}` });
}
