/** `lm cells`: which cells of a language model follow something in a text, and a text coloured by one of them. */

import type { Command } from 'commander';
import type { ByteSource } from '../base/byte-source.ts';
import { counted } from '../base/counted.ts';
import { InputError, UsageError } from '../base/errors.ts';
import { writeFileAtomically } from '../base/files.ts';
import { runInTurns } from '../base/steps.ts';
import { openEngine } from '../compute/engine.ts';
import { FINDING_HEADINGS, findingRows } from '../language/cells/in-words.ts';
import { cellsPage } from '../language/cells/page.ts';
import type { CellIndex } from '../language/cells/record.ts';
import type { CellSearch } from '../language/cells/search.ts';
import { checkCell, type TextCells } from '../language/cells/text-cells.ts';
import { TextModel } from '../language/text-model.ts';
import { divergingColour } from '../report/colours.ts';
import { textPicture } from '../report/text-picture.ts';
import { tokenizeFiles } from '../text/read.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { colourDepth, paint } from './colours.ts';
import { addCommonOptions, addEncodingOption, type CommonOptions, LM_FOLDER, parseInteger } from './options.ts';
import { write } from './output.ts';
import { Status, showShare } from './progress.ts';
import { interruptible } from './run.ts';
import { table } from './table.ts';
import { sourceOf } from './text-source.ts';
import { WrittenFiles } from './written-files.ts';

interface Options extends CommonOptions {
  model: string;
  encoding?: string;
  layer?: number;
  cell?: number;
  from: number;
  length?: number;
  read: number;
  top: number;
  html?: string;
  keep?: number;
  svg?: string;
  json?: boolean;
}

/** Tokens of a passage that is coloured. */
const PASSAGE = 4000;
/** Steps of a picture's colours on either side: neighbours that are nearly the same become one. */
const PICTURE_STEPS = 8;

export function addCellsCommand(program: Command): void {
  const command = program
    .command('cells')
    .description('finds the cells that follow quotes, lines, brackets, comments; colours a text by a cell')
    .argument('<file>', 'a text, - for standard input')
    .option('--model <folder>', 'a model of `lm train`', LM_FOLDER)
    .option('--cell <number>', 'colours the text by this cell, from 0', parseInteger(0))
    .option('--layer <number>', 'the layer of that cell, from 0 at the bottom (default: 0)', parseInteger(0))
    .option('--from <number>', 'where the coloured passage begins, in tokens', parseInteger(0), 0)
    .option('--length <number>', `how long it is (default: ${PASSAGE}; of a page: all that is read)`, parseInteger(1))
    .option('--read <number>', 'tokens of the text that cells are looked for in', parseInteger(1), 100_000)
    .option('--top <number>', 'cells that are listed for each feature', parseInteger(1), 3)
    .option('--html <file>', 'writes a page to explore cells by: the text, what is on where, places alike')
    .option('--keep <number>', 'cells that the page keeps (default: as many as make 64 MB)', parseInteger(1))
    .option('--svg <file>', 'writes the passage coloured by --cell as a picture')
    .option('--json', 'one JSON value: the findings, or with --cell the tokens with its values');
  addCommonOptions(addEncodingOption(command)).action(cellsCommand);
}

async function cellsCommand(file: string, options: Options): Promise<void> {
  const { layer = 0, cell: number, from, length = PASSAGE, html, svg } = options;
  if (number === undefined && (svg !== undefined || options.layer !== undefined)) {
    throw new UsageError(`${svg === undefined ? '--layer' : '--svg'} needs a --cell`, {
      advice: 'Run `lm cells` without it to see which cells follow something.',
    });
  }
  if (options.keep !== undefined && html === undefined) throw new UsageError('--keep needs --html');
  const status = new Status(options.quiet);
  const engine = await openEngine(options.blas);
  const model = await TextModel.load(options.model, engine);
  const { sequences } = model.config.settings;
  if (sequences && sequences.are !== 'documents') {
    throw new InputError('cells are looked into on a long text', {
      found: `a model of ${sequences.are}, which remembers nothing from one to the next`,
      expected: 'a model of a text or of documents',
    });
  }
  status.say(engine.notice);
  const cell = number === undefined ? undefined : { layer, cell: number };
  if (cell) checkCell(cell, model.config.shape);
  const searching = !cell || html !== undefined;
  const count = Math.max(from + length, searching ? options.read : 0);
  const tokens = await firstTokens(sourceOf(file), model.tokenizer, { count, encoding: options.encoding });
  if (tokens.length <= from) {
    throw new InputError(`there is nothing at --from ${from}`, {
      found: `a text of ${counted(tokens.length, 'token')}`,
    });
  }
  const files = new WrittenFiles(status, [svg, html]);
  await interruptible(
    (signal) => lookIntoCells(model, tokens, { ...options, cell, searching }, { status, files, signal }),
    () => files.sayStopped(),
  );
}

/** @param tokens the text; `cell` is shown if there is one, and `searching` says what cells follow */
async function lookIntoCells(
  model: TextModel,
  tokens: readonly string[],
  { cell, searching, ...options }: Omit<Options, 'cell'> & { cell: CellIndex | undefined; searching: boolean },
  { status, files, signal }: { status: Status; files: WrittenFiles; signal: AbortSignal },
): Promise<void> {
  const { from, html } = options;
  const cells = await model.cells(tokens, { onProgress: showShare(status, 'reading the text'), signal });
  if (cell) await showCell(cell, cells, options, files);
  if (!searching) return;
  const onProgress = showShare(status, 'comparing cells with what the text has');
  const top = html === undefined ? options.top : Number.POSITIVE_INFINITY;
  const search = await runInTurns(cells.searchSteps({ top }), { onProgress, signal });
  if (!cell) await showFindings(search, cells, options);
  if (html === undefined) return;
  const { page, leftOut } = await cellsPage({
    model: options.model,
    cells,
    search,
    unit: model.tokenizer.unit,
    from,
    length: options.length ?? cells.record.length - from,
    keep: options.keep,
    cell,
  });
  signal.throwIfAborted();
  await writeFileAtomically(html, page);
  if (leftOut !== undefined) status.say(leftOut);
  files.add(html);
}

/** The first tokens of a text, at most so many. */
async function firstTokens(
  source: string | ByteSource,
  tokenizer: Tokenizer,
  { count, encoding }: { count: number; encoding: string | undefined },
): Promise<string[]> {
  const tokens: string[] = [];
  for await (const piece of tokenizeFiles([source], tokenizer, { encoding })) {
    for (const token of piece) if (tokens.push(token) === count) return tokens;
  }
  return tokens;
}

async function showCell(
  cell: CellIndex,
  cells: TextCells,
  { from, length = PASSAGE, svg, json }: Pick<Options, 'from' | 'length' | 'svg' | 'json'>,
  files: WrittenFiles,
): Promise<void> {
  const shown = cells.texts.slice(from, from + length);
  const values = cells.valuesOf(cell).subarray(from, from + length);
  if (svg !== undefined) {
    const title = `layer ${cell.layer}, cell ${cell.cell}: ${cells.quantity} from -1 (blue) over 0 (white) to 1 (red)`;
    const step = (value: number) => Math.round(value * PICTURE_STEPS) / PICTURE_STEPS;
    const pieces = shown.map((text, i) => ({ text, colour: divergingColour(step(values[i]!)) }));
    await writeFileAtomically(svg, textPicture(title, pieces));
    files.add(svg);
    return;
  }
  const tokens = shown.map((token, i) => ({ token, value: Number(values[i]!.toFixed(3)) }));
  const depth = colourDepth();
  if (json) await write(`${JSON.stringify({ ...cell, from, tokens })}\n`);
  else if (depth === 1) for (const { token, value } of tokens) await write(`${JSON.stringify(token)}\t${value}\n`);
  else {
    const pieces = tokens.map(({ token, value }) => ({ text: token, colour: divergingColour(value) }));
    await write(`${paint(pieces, depth)}\n`);
  }
}

/** @param search with at least `top` cells for each feature */
async function showFindings(
  { findings: all, missing }: CellSearch,
  { record, quantity }: TextCells,
  { json, top }: Pick<Options, 'json' | 'top'>,
): Promise<void> {
  const findings = all.map((finding) => ({ ...finding, cells: finding.cells.slice(0, top) }));
  if (json) return write(`${JSON.stringify({ tokens: record.length, findings, missing })}\n`);
  const rows = [FINDING_HEADINGS, ...findings.flatMap((finding) => findingRows(finding, quantity))];
  await write(table(rows, { numbers: false }));
  if (missing.length > 0) await write(`too rare in this text: ${missing.join(', ')}\n`);
}
