import type { Command } from 'commander';
import { openEngine } from '../compute/engine.ts';
import { evaluate, type SequenceEvaluation } from '../sequences/evaluate.ts';
import { writeSequenceEvaluation } from '../sequences/evaluation-report.ts';
import { SequenceLabeller } from '../sequences/labeller.ts';
import { addCommonOptions, addPictureOptions, type CommonOptions, type PictureOptions } from './options.ts';
import { Status } from './progress.ts';
import { addDataOptions, cnnOf, type DataOptions, openSequences, SEQ_FOLDER } from './seq-options.ts';

interface Options extends CommonOptions, DataOptions, PictureOptions {
  model: string;
  report?: string;
  json?: boolean;
}

export function addSequenceEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description('measures a model on sequences with labels')
    .argument('<data...>', 'sequences with labels, as `seq train` takes them; of MNIST its test set')
    .option('--model <folder>', 'a model of `seq train`', SEQ_FOLDER)
    .option('--report <file>', 'writes a page: scores, confusions, mistakes; the paths of glimpses over pictures')
    .option('--json', 'the scores as one JSON value');
  addPictureOptions(addCommonOptions(addDataOptions(command))).action(evaluateCommand);
}

async function evaluateCommand(paths: string[], options: Options): Promise<void> {
  const { model, skipOdd, report, json, blas, quiet, tfjs } = options;
  const status = new Status(quiet);
  const engine = await openEngine(blas);
  const labeller = await SequenceLabeller.load(model, engine);
  const { task, reading } = labeller.config;
  const cnn = cnnOf(labeller.config, tfjs);
  const { data } = await openSequences(paths, { task, reading, skipOdd, use: 'test' }, cnn, status);
  status.say(engine.notice);
  const evaluation = report ? await writeSequenceEvaluation(report, labeller, data) : evaluate(labeller, data.examples);
  process.stdout.write(json ? `${JSON.stringify({ data: data.name, ...evaluation })}\n` : table(evaluation));
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
