/** `seq evaluate`: measures a labeller or a translator on other data. */
import type { Command } from 'commander';
import { runInTurns } from '../base/steps.ts';
import { type Engine, openEngine } from '../compute/engine.ts';
import { loadCnnOfLabeller } from '../sequences/data/pictures.ts';
import { readSequences } from '../sequences/data/read.ts';
import { evaluateSteps, type SequenceEvaluation } from '../sequences/evaluate.ts';
import { writeSequenceEvaluation } from '../sequences/evaluation-report.ts';
import { SequenceLabeller } from '../sequences/labeller.ts';
import { evaluateTranslatorSteps } from '../translation/evaluate.ts';
import { writeTranslationEvaluation } from '../translation/evaluation-report.ts';
import { readPairs } from '../translation/pairs.ts';
import { Translator, translatingDefaults } from '../translation/translator.ts';
import { refuseInapplicable } from './given-options.ts';
import {
  addCommonOptions,
  addPictureOptions,
  type CommonOptions,
  type PictureOptions,
  parseInteger,
} from './options.ts';
import { write } from './output.ts';
import { FEATURES_STAY, Status, showShare } from './progress.ts';
import { interruptible } from './run.ts';
import { addDataOptions, type DataOptions, isTranslator, readingFor, SEQ_FOLDER } from './seq-options.ts';
import { table } from './table.ts';
import { WrittenFiles } from './written-files.ts';

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
    .option(
      '--beam <number>',
      'hypotheses that a translator keeps; 1 is greedy',
      parseInteger(1),
      translatingDefaults.beam,
    )
    .option('--json', 'the scores as one JSON value');
  addPictureOptions(addCommonOptions(addDataOptions(command))).action(evaluateCommand);
}

async function evaluateCommand(paths: string[], options: Options, command: Command): Promise<void> {
  const { model, skipOdd, encoding, report, json, blas, quiet, cnnBackend } = options;
  const status = new Status(quiet);
  const engine = await openEngine(blas);
  if (await isTranslator(model)) {
    refuseInapplicable(command, ['cnnBackend'], 'a translator');
    return evaluateTranslations(paths, options, engine, status);
  }
  refuseInapplicable(command, ['beam'], 'labels: it is for a translator');
  const labeller = await SequenceLabeller.load(model, engine);
  const { task, reading, cnn, labels } = labeller.config;
  if (!cnn) refuseInapplicable(command, ['cnnBackend'], 'a model that reads no pictures');
  const files = new WrittenFiles(status, [report]);
  await interruptible(
    async (signal) => {
      const quietly = readingFor(status, { skipOdd, encoding }); // what was stopped is said below
      const onExtraction = { ...quietly.onExtraction, signal };
      const how = { ...quietly, onExtraction, signal, task, reading, labels, use: 'test' } as const;
      const openCnn = () => loadCnnOfLabeller(labeller.config, cnnBackend, engine);
      const data = await readSequences(paths, { ...how, openCnn });
      status.say(engine.notice);
      const turns = { signal, onProgress: showShare(status, 'labelling') };
      const evaluation = report
        ? await writeSequenceEvaluation(report, labeller, data, turns)
        : await runInTurns(evaluateSteps(labeller, data.examples), turns);
      if (report) files.add(report);
      await write(json ? `${JSON.stringify({ data: data.name, ...evaluation })}\n` : figures(evaluation));
    },
    () => files.sayStopped(cnn && FEATURES_STAY),
  );
}

async function evaluateTranslations(
  paths: string[],
  { model, skipOdd, encoding, report, json, beam }: Options,
  engine: Engine,
  status: Status,
): Promise<void> {
  const translator = await Translator.load(model, engine);
  const data = await readPairs(paths, readingFor(status, { skipOdd, encoding }));
  status.say(engine.notice);
  const options = { ...translatingDefaults, beam };
  const files = new WrittenFiles(status, [report]);
  await interruptible(
    async (signal) => {
      const steps = evaluateTranslatorSteps(translator, data.examples, options);
      const evaluation = await runInTurns(steps, { signal, onProgress: showShare(status, 'translating') });
      const { pairs, bleu, loss, perplexity } = evaluation;
      const rows = { pairs, BLEU: bleu.toFixed(2), loss: loss.toFixed(4), perplexity: perplexity.toFixed(2) };
      const written = json ? `${JSON.stringify({ data: data.name, ...evaluation })}\n` : table(Object.entries(rows));
      await write(written);
      if (!report) return;
      await writeTranslationEvaluation(report, translator, data, evaluation, options, { signal });
      files.add(report);
    },
    () => files.sayStopped(),
  );
}

function figures({ labels, accuracy, loss, macroF1, byLabel }: SequenceEvaluation): string {
  return table(
    [
      ['labels', labels],
      ['accuracy', accuracy.toFixed(4)],
      ['loss', loss.toFixed(4)],
      ['macro F1', macroF1.toFixed(4)],
      [],
      ['label', 'count', 'precision', 'recall', 'F1'],
      ...byLabel.map(({ label, count, precision, recall, f1 }) => [
        label,
        count,
        precision.toFixed(4),
        recall.toFixed(4),
        f1.toFixed(4),
      ]),
    ],
    { gap: 3 },
  );
}
