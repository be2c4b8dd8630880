import type { Command } from 'commander';
import { Option } from 'commander';
import { writeFileAtomically } from '../base/files.ts';
import { featuresOf, picturesOf } from '../captioning/dataset-features.ts';
import { scoreWritten } from '../captioning/evaluate.ts';
import { openCaptioners } from '../captioning/open.ts';
import { checkDecoding } from '../captioning/write.ts';
import { openEngine } from '../compute/engine.ts';
import { SPLITS, type Split } from '../datasets/dataset.ts';
import { addDecodingOptions, addModelsOption, type DecodingFlags, decodingFrom } from './caption-options.ts';
import { addDatasetOptions, type DatasetOptions, openDataset, showExtraction } from './dataset-options.ts';
import { addCommonOptions, addPictureOptions, type CommonOptions, type PictureOptions } from './options.ts';
import { Status } from './progress.ts';
import { interruptible } from './run.ts';

interface Options extends CommonOptions, PictureOptions, DatasetOptions, DecodingFlags {
  model?: string[];
  split: Split;
  results?: string;
  json?: boolean;
}

export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description("scores a captioner's captions against people's")
    .argument('<dataset>', 'as for `caption train`');
  addModelsOption(command)
    .addOption(new Option('--split <split>', 'pictures to be scored on').choices(SPLITS).default('val'))
    .option('--results <file>', 'writes the captions in the COCO results format: [{"image_id","caption"}]')
    .option('--json', 'the scores as one JSON value');
  addDatasetOptions(command);
  addDecodingOptions(command);
  addPictureOptions(addCommonOptions(command)).action(evaluateCommand);
}

async function evaluateCommand(path: string, options: Options): Promise<void> {
  const { model: folders, split, results, tfjs, json } = options;
  const decoding = decodingFrom(options);
  const status = new Status(options.quiet);
  const engine = await openEngine(options.blas);
  const { captioner, cnn } = await openCaptioners(engine, { folders, tfjs });
  checkDecoding(decoding, captioner.vocabulary);
  const dataset = await openDataset(path, options, status);
  status.say(engine.notice);

  const pictures = await interruptible((signal) =>
    featuresOf(picturesOf(dataset, split), cnn, false, showExtraction(status, signal)),
  );
  const { scores, captions } = scoreWritten(captioner.describe(pictures.features, decoding), pictures);
  if (results) {
    const rows = captions.map((caption, i) => ({ image_id: imageId(pictures.names[i] ?? ''), caption }));
    await writeFileAtomically(results, `${JSON.stringify(rows)}\n`);
  }
  const report = { split, pictures: captions.length, ...decoding, ...scores };
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : table(report));
}

/** COCO's ids are numbers; other datasets have names. */
function imageId(name: string): number | string {
  return /^\d+$/.test(name) ? Number(name) : name;
}

function table(report: Record<string, number | string>): string {
  const width = Math.max(...Object.keys(report).map((name) => name.length));
  return Object.entries(report)
    .map(
      ([name, value]) =>
        `${name.padEnd(width)}  ${Number.isInteger(value) || typeof value === 'string' ? value : value.toFixed(4)}\n`,
    )
    .join('');
}
