/**
 * A thread that reads and writes texts: language models and labellers on an engine of its own. Its texts of one model are
 * written together, a token of each at a time. Knows no HTTP.
 */
import { openEngine } from '../../compute/engine.ts';
import { fastestBuild } from '../../compute/kernels.ts';
import type { DriverChoice } from '../../compute/product/choose.ts';
import { TextModel } from '../../language/text-model.ts';
import type { Labelled } from '../../sequences/labelled.ts';
import { SequenceLabeller } from '../../sequences/labeller.ts';
import type { Level } from '../../text/tokenizer.ts';
import { doWork } from './do-work.ts';
import { type LabelInput, type LabellerInfo, labellerInfo, labelTexts } from './labels.ts';
import { type CellsFound, type CellsWanted, readCells, TextReader, type TextScores } from './reading.ts';
import { type TextEnd, type TextOptions, type TextPiece, TextWriter } from './writing.ts';

/** What a language model is. */
export interface TextModelInfo {
  level: Level;
  vocabulary: number;
  layers: number;
  hidden: number;
  cell: string;
}

export interface TextWorks {
  open: {
    /** Folders by the ids of the models. */
    argument: {
      languageModels: ReadonlyMap<string, string>;
      labellers: ReadonlyMap<string, string>;
      blas: DriverChoice;
      /** That share a piece of work. */
      threads: number;
    };
    piece: never;
    result: {
      languageModels: ReadonlyMap<string, TextModelInfo>;
      labellers: ReadonlyMap<string, LabellerInfo>;
      notice: string;
    };
  };
  /** Writes a text. */
  write: { argument: { model: string; prime: string; options: TextOptions }; piece: TextPiece; result: TextEnd };
  /** Says how probable a text is, or, where it is not `whole`, a beginning. */
  score: {
    argument: { model: string; text: string; whole: boolean; likeliest: number };
    piece: never;
    result: TextScores;
  };
  /** Says what the cells of a model do while it reads a text. */
  cells: { argument: { model: string; text: string; wanted: CellsWanted }; piece: never; result: CellsFound };
  label: { argument: { model: string; inputs: LabelInput[]; explain: boolean }; piece: never; result: Labelled[] };
}

const models = new Map<string, { model: TextModel; writer: TextWriter; reader: TextReader }>();
const labellers = new Map<string, SequenceLabeller>();

doWork<TextWorks>({
  async open({ languageModels, labellers: labellerFolders, blas, threads }) {
    const engine = await openEngine(blas, 'float32', fastestBuild(), threads);
    for (const [id, folder] of languageModels) {
      const model = await TextModel.load(folder, engine);
      models.set(id, { model, writer: new TextWriter(model), reader: new TextReader(model) });
    }
    for (const [id, folder] of labellerFolders) labellers.set(id, await SequenceLabeller.load(folder, engine));
    return {
      languageModels: new Map([...models].map(([id, { model }]) => [id, infoOf(model)] as const)),
      labellers: new Map([...labellers].map(([id, labeller]) => [id, labellerInfo(labeller)] as const)),
      notice: engine.notice,
    };
  },

  // The server knows which models there are, and asks for no others.
  write: ({ model, prime, options }, { send, signal }) => models.get(model)!.writer.write(prime, options, send, signal),
  score: ({ model, text, whole, likeliest }, { signal }) =>
    models.get(model)!.reader.score(text, whole, likeliest, signal),
  cells: ({ model, text, wanted }, { signal }) => readCells(models.get(model)!.model, text, wanted, signal),
  label: ({ model, inputs, explain }, { signal }) => labelTexts(labellers.get(model)!, inputs, explain, signal),
});

function infoOf({ config, vocabulary }: TextModel): TextModelInfo {
  const { cell, layers, hidden } = config.shape;
  return { level: config.level, vocabulary: vocabulary.size, cell, layers, hidden };
}
