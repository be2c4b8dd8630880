/**
 * `report.html` of a captioner: its best and worst captions, words that it misses, simpler ways beside it. How a report is
 * made up is in report/training-report.ts.
 */
import { runInTurns, type Turns } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import { readConfig } from '../model/model-folder.ts';
import { type Html, type HtmlValue, html } from '../report/html.ts';
import { type Fact, formatInteger } from '../report/page.ts';
import { networkInShort, networkInWords } from '../report/settings.ts';
import { type TrainingReport, writeTrainingReport } from '../report/training-report.ts';
import { compareWithBaselinesSteps } from './baselines.ts';
import { Captioner } from './captioner.ts';
import { type CaptionConfig, captionConfigSchema } from './config.ts';
import { comparison, extremes, hundredfold, missed, scoresInWords, stagedSamples } from './report-sections.ts';
import type { CaptionSets } from './train.ts';

/** What is measured when the training is over. */
interface Measured {
  parameters: number;
  /** What its captions are worth. */
  result: Html;
  learned: HtmlValue;
  comparisons: Html;
  /** The pictures' files by their names. */
  files: ReadonlyMap<string, string>;
}

/** Writes the report of a training that is still going on, from what its folder says so far. */
export async function writeCaptionProgress(folder: string): Promise<void> {
  await writeTrainingReport(folder, captionReport(await readConfig(folder, captionConfigSchema)));
}

/**
 * Describes validation pictures with the captioner of a folder and with the baselines, and writes a report of that and of
 * the captioner's training into the folder.
 *
 * @param sets what it learned from and was measured on, standardised as the captioner does
 * @param turns told how far it is; can stop it, and nothing is written then
 * @throws InputError when a file of the model can't be read, or the report can't be written
 */
export async function writeCaptionReport(
  folder: string,
  { training, validation }: CaptionSets,
  engine: Engine,
  turns: Turns = {},
): Promise<void> {
  const captioner = await Captioner.load(folder, engine);
  const systems = await runInTurns(compareWithBaselinesSteps(captioner, training, validation), turns);
  const { captions, scores } = systems[0]!;
  const { names, files: paths = [] } = validation;
  const files = new Map(paths.map((path, i) => [names[i]!, path]));
  const measured: Measured = {
    parameters: captioner.model.size,
    result: scoresInWords(captioner.config.dataset.name, 'val', captions.length, scores),
    learned: [
      await extremes(captions, validation, files, turns),
      missed(captions, validation.captions, captioner.vocabulary),
    ],
    comparisons: comparison(systems, validation.captions),
    files,
  };
  await writeTrainingReport(folder, captionReport(captioner.config, measured));
}

function captionReport(config: CaptionConfig, measured?: Measured): TrainingReport {
  const { dataset, settings, shape } = config;
  return {
    title: `A captioner trained on ${dataset.name}`,
    what: `${formatInteger(dataset.captions)} captions of ${formatInteger(dataset.pictures)} pictures, ${networkInShort(shape)}`,
    result: measured?.result ?? scoresSoFar(config),
    parameters: measured?.parameters,
    awaited: 'its captions, beside those of simpler ways',
    unit: 'word',
    curves: {
      split: `the val split of ${dataset.name}`,
      rewarded: settings.finetune !== undefined,
      scores: [
        { name: 'BLEU-4', score: 'bleu4', factor: 100 },
        { name: 'CIDEr', score: 'cider', factor: 100 },
      ],
    },
    curvesNote: 'Scores on the way are those of greedy decoding, × 100.',
    learned: measured?.learned,
    stages: (log) => stagedSamples(log, measured?.files ?? new Map()),
    comparisons: measured?.comparisons,
    facts: factsOf(config),
    batch: `${settings.batch} captions`,
    settings,
  };
}

/** What the weights that were kept so far are worth; undefined before the first validation. */
function scoresSoFar({ dataset, scores: { bleu4, cider } }: CaptionConfig): Html | undefined {
  if (typeof bleu4 !== 'number' || typeof cider !== 'number') return undefined;
  return html`<strong>BLEU-4 ${hundredfold(bleu4)}, CIDEr ${hundredfold(cider)}</strong> so far, on the val split of ${dataset.name}, written greedily`;
}

function factsOf({ dataset, init, pictures, shape, settings }: CaptionConfig): Fact[] {
  return [
    [
      'Dataset',
      `${dataset.name}: ${formatInteger(dataset.captions)} captions of ${formatInteger(dataset.pictures)} training pictures`,
    ],
    ...(init ? [['Started from', `a captioner trained on ${init.name}`] as const] : []),
    [
      'Pictures',
      `${pictures.key}, ${formatInteger(shape.condition)} features, read at the first word only${settings.mirrored ? '; mirror images too' : ''}`,
    ],
    [
      'Vocabulary',
      `${formatInteger(shape.vocabulary)} words; those that come less than ${settings.threshold} times are unknown`,
    ],
    ['Model', `${networkInWords(shape)}, word vectors of ${shape.embedding}`],
    ...(settings.finetune ? [['Learned', 'captions with a high CIDEr-D (self-critical training)'] as const] : []),
  ];
}
