import type { Command } from 'commander';
import { type Engine, openEngine } from '../compute/engine.ts';
import { evaluate, type SequenceEvaluation } from '../sequences/evaluate.ts';
import { writeSequenceEvaluation } from '../sequences/evaluation-report.ts';
import { SequenceLabeller } from '../sequences/labeller.ts';
import { evaluateTranslator, type TranslationEvaluation } from '../translation/evaluate.ts';
import { writeTranslationEvaluation } from '../translation/evaluation-report.ts';
import { readPairs } from '../translation/pairs.ts';
import { Translator, translatingDefaults } from '../translation/translator.ts';
import { addCommonOptions, addPictureOptions, type CommonOptions, integer, type PictureOptions } from './options.ts';
import { Status } from './progress.ts';
import { addDataOptions, cnnOf, type DataOptions, isTranslator, openSequences, SEQ_FOLDER } from './seq-options.ts';

interface Options extends CommonOptions, DataOptions, PictureOptions {
  model: string;
  report?: string;
  json?: boolean;
  beam: number;
}

export function addSequenceEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description('measures a model on sequences with labels')
    .argument('<data...>', 'sequences with labels, as `seq train` takes them; of MNIST its test set')
    .option('--model <folder>', 'a model of `seq train`', SEQ_FOLDER)
    .option(
      '--report <file>',
      'writes a page: scores, confusions, mistakes, the paths of glimpses; of a translator its best and worst sentences',
    )
    .option('--beam <number>', 'hypotheses that a translator keeps; 1 is greedy', integer(1), translatingDefaults.beam)
    .option('--json', 'the scores as one JSON value');
  addPictureOptions(addCommonOptions(addDataOptions(command))).action(evaluateCommand);
}

async function evaluateCommand(paths: string[], options: Options): Promise<void> {
  const { model, skipOdd, report, json, blas, quiet, cnnBackend } = options;
  const status = new Status(quiet);
  const engine = await openEngine(blas);
  if (await isTranslator(model)) return evaluateTranslations(paths, options, engine, status);
  const labeller = await SequenceLabeller.load(model, engine);
  const { task, reading } = labeller.config;
  const cnn = cnnOf(labeller.config, cnnBackend);
  const { data } = await openSequences(paths, { task, reading, skipOdd, use: 'test' }, cnn, status);
  status.say(engine.notice);
  const evaluation = report ? await writeSequenceEvaluation(report, labeller, data) : evaluate(labeller, data.examples);
  process.stdout.write(json ? `${JSON.stringify({ data: data.name, ...evaluation })}\n` : table(evaluation));
}

async function evaluateTranslations(
  paths: string[],
  { model, skipOdd, report, json, beam }: Options,
  engine: Engine,
  status: Status,
): Promise<void> {
  const translator = await Translator.load(model, engine);
  const data = await readPairs(paths, { skipOdd, onOdd: (message) => status.warn(message) });
  status.say(engine.notice);
  const options = { ...translatingDefaults, beam };
  const evaluation = evaluateTranslator(translator, data.examples, options);
  process.stdout.write(json ? `${JSON.stringify({ data: data.name, ...evaluation })}\n` : translationTable(evaluation));
  if (report) await writeTranslationEvaluation(report, translator, data, evaluation, options);
}

function translationTable({ pairs, bleu, loss, perplexity }: TranslationEvaluation): string {
  const rows = { pairs, BLEU: bleu.toFixed(2), loss: loss.toFixed(4), perplexity: perplexity.toFixed(2) };
  return Object.entries(rows)
    .map(([label, figure]) => `${label.padEnd(10)}${String(figure).padStart(9)}\n`)
    .join('');
}

function table({ labels, accuracy, loss, macroF1, byLabel }: SequenceEvaluation): string {
  const width = Math.max(8, ...byLabel.map(({ label }) => label.length));
  const row = (name: string, figures: readonly (string | number)[]) =>
    `${name.padEnd(width)}${figures.map((figure) => String(figure).padStart(11)).join('')}\n`;
  return [
    row('labels', [labels]),
    row('accuracy', [accuracy.toFixed(4)]),
    row('loss', [loss.toFixed(4)]),
    row('macro F1', [macroF1.toFixed(4)]),
    '\n',
    row('label', ['count', 'precision', 'recall', 'F1']),
    ...byLabel.map(({ label, count, precision, recall, f1 }) =>
      row(label, [count, precision.toFixed(4), recall.toFixed(4), f1.toFixed(4)]),
    ),
  ].join('');
}
