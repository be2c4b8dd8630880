/** `caption baselines`: scores a captioner beside baselines. */
import { type Command, Option } from 'commander';
import { runInTurns } from '../base/steps.ts';
import { type DecodingFlags, decodingFrom } from '../captioning/decoding-flags.ts';
import { featuresOf, picturesOf } from '../captioning/features.ts';
import { chooseLanguage } from '../captioning/languages.ts';
import { openCaptioner } from '../captioning/open.ts';
import { type CaptionSystem, compareWithBaselinesSteps } from '../captioning/report/baselines.ts';
import { withMaps } from '../captioning/with-maps.ts';
import { openEngine } from '../compute/engine.ts';
import { SPLITS, type Split } from '../datasets/dataset.ts';
import { standardise } from '../model/standardisation.ts';
import { addDecodingOptions, addLanguageOption } from './caption-options.ts';
import { addDatasetOptions, type DatasetOptions, openDataset } from './dataset-options.ts';
import { addCommonOptions, addPictureOptions, type CommonOptions, type PictureOptions } from './options.ts';
import { write } from './output.ts';
import { FEATURES_STAY, Status, showExtraction, showShare } from './progress.ts';
import { interruptible } from './run.ts';
import { table } from './table.ts';

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
  addLanguageOption(command, "language to write, and of people's captions: only those in it count");
  addDecodingOptions(command, '60');
  addPictureOptions(addCommonOptions(command)).action(baselinesCommand);
}

async function baselinesCommand(path: string, options: Options, command: Command): Promise<void> {
  const { model: folder, split, cnnBackend, json } = options;
  const status = new Status(options.quiet);
  const engine = await openEngine(options.blas);
  const { captioner, cnn } = await openCaptioner(engine, { folder, cnnBackend });
  const language = chooseLanguage(captioner.vocabulary, options.language);
  const dataset = await openDataset(path, { ...options, languages: [language] }, status, command);
  status.say(engine.notice);

  const systems = await interruptible(
    async (signal) => {
      const events = { ...showExtraction(status), signal };
      const features = (of: Split) => featuresOf(picturesOf(dataset, of), cnn, false, events);
      const [training, pictures] = [await features('train'), await features(split)];
      for (const set of [training, pictures]) standardise(set.features, captioner.standardisation);
      const steps = compareWithBaselinesSteps(captioner, training, pictures, decodingFrom(options));
      return withMaps({ cnn, grid: captioner.grid }, [pictures], events, () =>
        runInTurns(steps, { signal, onProgress: showShare(status, 'comparing') }),
      );
    },
    () => status.say(`stopped; ${FEATURES_STAY}`),
  );
  await write(json ? `${jsonLine(split, systems, language)}\n` : `${scores(systems)}\n${explanations(systems)}`);
}

function jsonLine(split: Split, systems: readonly CaptionSystem[], language: string | undefined): string {
  const pictures = systems[0]!.captions.length;
  return JSON.stringify({ split, language, pictures, systems: systems.map(({ captions: _, ...system }) => system) });
}

/** The columns of the table: heading, score, and the factor by which papers multiply it. */
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

function scores(systems: readonly CaptionSystem[]): string {
  return table([
    ['', ...COLUMNS.map(([heading]) => heading)],
    ...systems.map(({ name, scores }) => [
      name,
      ...COLUMNS.map(([, score, factor]) => (factor * scores[score]).toFixed(score === 'vocabulary' ? 0 : 1)),
    ]),
  ]);
}

function explanations(systems: readonly CaptionSystem[]): string {
  return systems.map(({ name, explanation }) => `${name}: ${explanation}\n`).join('');
}
