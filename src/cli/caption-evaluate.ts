/** `caption evaluate`: scores captions, of captioners or of a file, against people's. */
import { type Command, Option } from 'commander';
import { InputError, UsageError } from '../base/errors.ts';
import { writeFileAtomically } from '../base/files.ts';
import { runInTurns } from '../base/steps.ts';
import { allFeatures, type CaptionedFeatures } from '../captioning/batch.ts';
import type { Caption, CaptionWriter, DecodingOptions } from '../captioning/caption.ts';
import { cocoReferences, cocoResults, readCocoResults } from '../captioning/coco-results.ts';
import { type MeasuredConfidence, measureConfidenceSteps } from '../captioning/confidence/scores.ts';
import { type DecodingFlags, decodingFrom } from '../captioning/decoding-flags.ts';
import { scoreWrittenSteps, shareCopiedFrom } from '../captioning/evaluate.ts';
import { wordMaps } from '../captioning/explained/word-maps.ts';
import { featuresOf, picturesOf } from '../captioning/features.ts';
import { openCaptioners, shippedCaptioner } from '../captioning/open.ts';
import { featuresAt } from '../captioning/picture-features.ts';
import { writeCaptionEvaluation } from '../captioning/report/evaluation-report.ts';
import { withMaps } from '../captioning/with-maps.ts';
import { openEngine } from '../compute/engine.ts';
import { type CaptionDataset, SPLITS, type Split } from '../datasets/dataset.ts';
import { captionsByLanguage } from '../datasets/languages.ts';
import { type CaptionScores, scoreCaptions } from '../metrics/score.ts';
import type { Cnn } from '../vision/cnn.ts';
import {
  addDecodingOptions,
  addLanguageOption,
  addModelsOption,
  addSurestOption,
  decodingOf,
} from './caption-options.ts';
import { addDatasetOptions, type DatasetOptions, openDataset } from './dataset-options.ts';
import { addCommonOptions, addPictureOptions, type CommonOptions, type PictureOptions } from './options.ts';
import { write } from './output.ts';
import { FEATURES_STAY, Status, showExtraction, showShare } from './progress.ts';
import { interruptible } from './run.ts';
import { table } from './table.ts';
import { WrittenFiles } from './written-files.ts';

interface Options extends CommonOptions, PictureOptions, DatasetOptions, DecodingFlags {
  model?: string[];
  captions?: string;
  split: Split;
  report?: string;
  explain?: boolean;
  results?: string;
  references?: string;
  json?: boolean;
}

/** Options about writing captions, which have no effect on those of a file. */
const WRITING = [
  ...['model', 'beam', 'consensus', 'surest', 'lengthPenalty', 'minLength', 'maxLength', 'block'],
  ...['report', 'explain', 'results', 'cnnBackend', 'blas'],
];

export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description("scores a captioner's captions against people's")
    .argument('<dataset>', 'pictures with their captions, see below');
  addModelsOption(command)
    .addOption(
      new Option('--captions <file>', 'scores captions in the COCO results format, whoever wrote them').conflicts(
        WRITING,
      ),
    )
    .addOption(new Option('--split <split>', 'pictures to be scored on').choices(SPLITS).default('val'))
    .option('--report <file>', 'writes a page: scores, best and worst pictures, words missed, how sure it is')
    .option(
      '--explain',
      'shows on that page where in the pictures each word comes from, for captioners trained without --attention too: slow ' +
        '(some 50 looks at each of the 16 pictures)',
    )
    .option('--results <file>', 'writes the captions in the COCO results format: [{"image_id","caption"}]')
    .option('--references <file>', "writes people's captions as a COCO caption file, for other scorers of --results")
    .option('--json', 'the scores as one JSON value');
  addDatasetOptions(command);
  addLanguageOption(command, "language to write, and of people's captions: only those in it count");
  addSurestOption(addDecodingOptions(command));
  addPictureOptions(addCommonOptions(command)).action(evaluateCommand);
}

async function evaluateCommand(path: string, options: Options, command: Command): Promise<void> {
  const { captions: file, split, results, report: page, references, json } = options;
  if (options.explain && !options.report) {
    throw new UsageError('--explain has nowhere to show where words come from', {
      expected: '--report FILE beside it',
    });
  }
  const status = new Status(options.quiet);
  const open = (language?: string) => openDataset(path, { ...options, languages: [language] }, status, command);
  const files = new WrittenFiles(status, [results, page, references]);
  const { names, people, captions, language, decoding, scores, copied, confidence } = file
    ? await evaluateFile(file, options, open)
    : await evaluateModels(options, open, { status, files });
  if (references) {
    await writeFileAtomically(references, cocoReferences(names, people));
    files.add(references);
  }
  const spoken = language !== undefined && { language };
  const measured = { ...scores, ...(copied !== undefined && { copied }), ...confidence?.scores };
  const report = { split, pictures: captions.length, ...spoken, ...decoding, ...measured };
  await write(json ? `${JSON.stringify(report)}\n` : figures(report));
}

/** Captions of a split, with all that is made of them. */
interface Evaluated {
  names: readonly string[];
  people: readonly (readonly string[])[];
  captions: readonly string[];
  scores: CaptionScores;
  /** The share of the captions that are in the dataset's training set, where it has one. */
  copied: number | undefined;
  /** Of all captions, where that is said. */
  language: string | undefined;
  /** How the captions were written, where that is known. */
  decoding?: Omit<DecodingOptions, 'language'>;
  /** How good the captions' confidence is, where they come with one. */
  confidence?: MeasuredConfidence | undefined;
}

/** Evaluates captions that models write for the pictures of the split. */
async function evaluateModels(
  options: Options,
  open: (language?: string) => Promise<CaptionDataset>,
  { status, files }: { status: Status; files: WrittenFiles },
): Promise<Evaluated> {
  const { model: models = [shippedCaptioner()], split, results, report, cnnBackend } = options;
  const engine = await openEngine(options.blas);
  const { captioner, cnn } = await openCaptioners(engine, { folders: models, cnnBackend });
  const decoding = decodingOf(captioner, models, decodingFrom(options));
  const { language, ...rules } = decoding;
  const dataset = await open(language);
  status.say(engine.notice);

  const { grid, vocabulary } = captioner;
  return interruptible(
    async (signal) => {
      const events = { ...showExtraction(status), signal };
      const pictures = await featuresOf(picturesOf(dataset, split), cnn, false, events);
      // The maps are at hand until the page is written too, which shows where words come from.
      return withMaps({ cnn, grid }, [pictures], events, async () => {
        const turns = { signal, onProgress: showShare(status, 'describing') };
        const described = await runInTurns(captioner.describeSteps(allFeatures(pictures), decoding), turns);
        const written = await runInTurns(scoreWrittenSteps(described, pictures, language), { signal });
        const confidence = await runInTurns(measureConfidenceSteps(described, pictures.captions, language), { signal });
        if (results) {
          await writeFileAtomically(results, cocoResults(pictures.names, written.captions));
          files.add(results);
        }
        const copied = copiedIn(dataset, written.captions, language);
        if (report) {
          const best = (i: number) => described[i]![0]!;
          const explains = options.explain || grid !== undefined;
          const explain = explains ? explaining(captioner, cnn, pictures, { best, language, signal }) : undefined;
          const evaluation = { ...written, dataset, split, pictures, models, vocabulary, decoding, copied, confidence };
          const work = explains ? 'looking where words come from' : 'writing the page';
          await writeCaptionEvaluation(
            report,
            { ...evaluation, explain },
            { signal, onProgress: showShare(status, work) },
          );
          files.add(report);
        }
        const { names, captions: people } = pictures;
        return { ...written, names, people, language, decoding: rules, copied, confidence };
      });
    },
    () => files.sayStopped(FEATURES_STAY),
  );
}

/** Finds where the words of captions come from, for a page that shows some of them. */
function explaining(
  captioner: CaptionWriter,
  cnn: Cnn,
  pictures: CaptionedFeatures,
  { best, language, signal }: { best: (i: number) => Caption; language: string | undefined; signal: AbortSignal },
) {
  const seen = allFeatures(pictures);
  return async (i: number) => {
    const [caption, source] = [best(i), pictures.files![i]!];
    const asked = { source, features: featuresAt(seen, [i], cnn.featureSize), caption, language };
    try {
      return { caption, maps: await wordMaps(captioner, cnn, asked, { signal }) };
    } catch (error) {
      if (error instanceof InputError) return undefined; // its features were in the cache, the picture is gone
      throw error;
    }
  };
}

/** Evaluates captions that a file holds. */
async function evaluateFile(
  file: string,
  { split, language: asked }: Options,
  open: (language?: string) => Promise<CaptionDataset>,
): Promise<Evaluated> {
  const written = await readCocoResults(file);
  const dataset = await open(asked);
  const [language, ...others] = captionsByLanguage(dataset).keys();
  if (others.length > 0) {
    throw new InputError(`${dataset.name} has captions in several languages`, {
      found: [language, ...others].join(', '),
      expected: 'the language of those that are to be scored',
      advice: 'Name it by --language.',
    });
  }
  const pictures = picturesOf(dataset, split);
  const captions = [...written.values()];
  return {
    names: pictures.map(({ id }) => id),
    people: pictures.map(({ captions }) => captions),
    captions,
    copied: copiedIn(dataset, captions, language),
    language,
    scores: scoresOf(written, new Map(pictures.map(({ id, captions }) => [id, captions])), file, language),
  };
}

/** The share of captions that are in the training set of a dataset, where it has one. */
function copiedIn({ splits }: CaptionDataset, captions: readonly string[], language: string | undefined) {
  const training = splits.get('train');
  return (
    training &&
    shareCopiedFrom(
      training.map((picture) => picture.captions),
      language,
    )(captions)
  );
}

/** @throws InputError that lists the pictures without a caption, or the captions without a picture */
function scoresOf(
  written: ReadonlyMap<string, string>,
  people: ReadonlyMap<string, readonly string[]>,
  file: string,
  language: string | undefined,
) {
  try {
    return scoreCaptions(written, people, language);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(`${file} does not hold one caption for each picture of the split, and no others`, {
      found: error.message,
      advice: 'Name the split that they are of by --split.',
    });
  }
}

function figures(report: Record<string, number | string | boolean>): string {
  const rows = Object.entries(report).map(([name, value]) => [
    name,
    typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(4) : String(value),
  ]);
  return table(rows, { numbers: false });
}
