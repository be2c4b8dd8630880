import type { Command } from 'commander';
import { Option } from 'commander';
import { type CaptionSystem, compareWithBaselines } from '../captioning/baselines.ts';
import { featuresOf, picturesOf } from '../captioning/features.ts';
import { openCaptioner } from '../captioning/open.ts';
import { openEngine } from '../compute/engine.ts';
import { SPLITS, type Split } from '../datasets/dataset.ts';
import { standardise } from '../model/standardisation.ts';
import { addDecodingOptions, type DecodingFlags, decodingFrom } from './caption-options.ts';
import { addDatasetOptions, type DatasetOptions, openDataset, showExtraction } from './dataset-options.ts';
import { addCommonOptions, addPictureOptions, type CommonOptions, type PictureOptions } from './options.ts';
import { Status } from './progress.ts';
import { interruptible } from './run.ts';

interface Options extends CommonOptions, PictureOptions, DatasetOptions, DecodingFlags {
  model?: string;
  split: Split;
  json?: boolean;
}

export function addBaselinesCommand(program: Command): void {
  const command = program
    .command('baselines')
    .description('scores a captioner beside captions copied from similar pictures and captions written blindly')
    .argument('<dataset>', 'as for `caption train`; its training split is what the baselines learn from')
    .option('--model <folder>', 'a model of `caption train` (default: the captioner that ships)')
    .addOption(new Option('--split <split>', 'pictures to be scored on').choices(SPLITS).default('val'))
    .option('--json', 'one JSON value: {"split","pictures","systems":[{"name","explanation","scores"}]}');
  addDatasetOptions(command);
  addDecodingOptions(command);
  addPictureOptions(addCommonOptions(command)).action(baselinesCommand);
}

async function baselinesCommand(path: string, options: Options): Promise<void> {
  const { model: folder, split, cnnBackend, json } = options;
  const status = new Status(options.quiet);
  const engine = await openEngine(options.blas);
  const { captioner, cnn } = await openCaptioner(engine, { folder, cnnBackend });
  const dataset = await openDataset(path, options, status);
  status.say(engine.notice);

  const [training, pictures] = await interruptible(async (signal) => {
    const features = (of: Split) => featuresOf(picturesOf(dataset, of), cnn, false, showExtraction(status, signal));
    return [await features('train'), await features(split)] as const;
  });
  for (const { features } of [training, pictures]) standardise(features, captioner.standardisation);
  const systems = compareWithBaselines(captioner, training, pictures, decodingFrom(options));
  process.stdout.write(json ? `${jsonLine(split, systems)}\n` : `${table(systems)}\n${explanations(systems)}`);
}

function jsonLine(split: Split, systems: readonly CaptionSystem[]): string {
  const pictures = systems[0]?.captions.length;
  return JSON.stringify({ split, pictures, systems: systems.map(({ captions: _, ...system }) => system) });
}

/** Heading, score and its factor, as papers print them. */
const COLUMNS = [
  ['BLEU-1', 'bleu1', 100],
  ['BLEU-2', 'bleu2', 100],
  ['BLEU-3', 'bleu3', 100],
  ['BLEU-4', 'bleu4', 100],
  ['ROUGE-L', 'rougeL', 100],
  ['CIDEr', 'cider', 100],
  ['copied %', 'copied', 100],
  ['vocabulary', 'vocabulary', 1],
  ['length', 'meanLength', 1],
] as const;

function table(systems: readonly CaptionSystem[]): string {
  const rows = [
    ['', ...COLUMNS.map(([heading]) => heading)],
    ...systems.map(({ name, scores }) => [
      name,
      ...COLUMNS.map(([, score, factor]) => (factor * scores[score]).toFixed(score === 'vocabulary' ? 0 : 1)),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map(([name = '', ...cells]) =>
      [name.padEnd(widths[0] ?? 0), ...cells.map((cell, i) => cell.padStart(widths[i + 1] ?? 0))].join('  '),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function explanations(systems: readonly CaptionSystem[]): string {
  return systems.map(({ name, explanation }) => `${name}: ${explanation}\n`).join('');
}
