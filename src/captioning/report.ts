/** `report.html` of a captioner: what it is worth, its best and worst captions, what was trained and how that went. */
import { writeFileAtomically } from '../base/files.ts';
import type { CaptionDataset } from '../datasets/dataset.ts';
import { readConfig } from '../model/model-folder.ts';
import { standardise } from '../model/standardisation.ts';
import { curves } from '../report/curves.ts';
import { type HtmlValue, html } from '../report/html.ts';
import { facts, integer, page, reportFile, section } from '../report/page.ts';
import { settingsInWords, timeInWords } from '../report/settings.ts';
import { readTrainingLog, type TrainingLog } from '../report/training-log.ts';
import type { Cnn } from '../vision/cnn.ts';
import { compareWithBaselines } from './baselines.ts';
import type { Captioner } from './captioner.ts';
import { type CaptionConfig, captionConfigSchema } from './config.ts';
import { type ExtractionEvents, featuresOf, picturesOf } from './features.ts';
import { comparison, extremes, missed, scoresInWords, stagedSamples } from './report-sections.ts';

/** Writes the report of a training that is still going on, from what its folder says so far. */
export async function writeCaptionProgress(folder: string): Promise<void> {
  const config = await readConfig(folder, captionConfigSchema);
  const log = await readTrainingLog(folder);
  const staged = log && (await stagedSamples(log, new Map()));
  await writeFileAtomically(reportFile(folder), captionReport(config, log, staged));
}

/** Where a report gets what it says from. */
export interface CaptionReport {
  /** Of the captioner: what its log says is told too, and the report goes there. */
  folder: string;
  dataset: CaptionDataset;
  extraction: ExtractionEvents;
}

/**
 * Describes a dataset's validation pictures with a captioner and with the baselines, and writes a report of that and of
 * the captioner's training.
 *
 * @param cnn the one that the captioner was trained with
 * @throws InputError when the dataset lacks one of the splits, or the report can't be written
 */
export async function writeCaptionReport(
  captioner: Captioner,
  cnn: Cnn,
  { folder, dataset, extraction }: CaptionReport,
): Promise<void> {
  const described = picturesOf(dataset, 'val');
  const training = await featuresOf(picturesOf(dataset, 'train'), cnn, false, extraction);
  const pictures = await featuresOf(described, cnn, false, extraction);
  for (const { features } of [training, pictures]) standardise(features, captioner.standardisation);
  const systems = compareWithBaselines(captioner, training, pictures);
  const [system] = systems;
  const captions = system?.captions ?? [];
  const files = new Map(described.map((picture) => [picture.id, picture.file]));
  const { vocabulary } = captioner;

  const log = await readTrainingLog(folder);
  const evaluation = {
    lead: system && scoresInWords(dataset.name, 'val', captions.length, system.scores),
    parameters: captioner.model.size,
    sections: [
      comparison(systems, pictures.captions),
      await extremes(captions, pictures, files),
      missed(captions, pictures.captions, vocabulary),
    ],
  };
  const staged = log && (await stagedSamples(log, files));
  await writeFileAtomically(reportFile(folder), captionReport(captioner.config, log, staged, evaluation));
}

function captionReport(
  config: CaptionConfig,
  log: TrainingLog | undefined,
  staged: HtmlValue,
  evaluation?: { lead: HtmlValue; parameters: number; sections: readonly HtmlValue[] },
): string {
  const { dataset, settings } = config;
  const unfinished = html`The training is still going on, or was stopped. When it is over, its captions stand here beside those of simpler ways.`;
  const curve =
    log &&
    curves({
      log,
      unit: 'word',
      split: `the val split of ${dataset.name}`,
      dropout: settings.dropout,
      smoothing: settings.smoothing,
      rewarded: settings.finetune !== undefined,
      scores: [
        { name: 'BLEU-4', score: 'bleu4', factor: 100 },
        { name: 'CIDEr', score: 'cider', factor: 100 },
      ],
      levels: [],
    });
  return page(`A captioner trained on ${dataset.name}`, evaluation?.lead ?? unfinished, [
    evaluation?.sections,
    curve &&
      section('How it went', curve, html`<p class="soft">Scores on the way are those of greedy decoding, × 100.</p>\n`),
    staged,
    section('What was trained', whatWasTrained(config, log, evaluation?.parameters)),
  ]);
}

function whatWasTrained(
  config: CaptionConfig,
  log: TrainingLog | undefined,
  parameters: number | undefined,
): HtmlValue {
  const { dataset, init, pictures, shape, settings } = config;
  return facts([
    [
      'Dataset',
      `${dataset.name}: ${integer(dataset.captions)} captions of ${integer(dataset.pictures)} training pictures`,
    ],
    ...(init ? [['Started from', `a captioner trained on ${init.name}`] as const] : []),
    [
      'Pictures',
      `${pictures.key}, ${integer(shape.condition)} features, read at the first word only${settings.mirrored ? '; mirror images too' : ''}`,
    ],
    [
      'Vocabulary',
      `${integer(shape.vocabulary)} words; those that come less than ${settings.threshold} times are unknown`,
    ],
    [
      'Model',
      `${shape.cell.toUpperCase()}, layers ${shape.layers}, hidden ${shape.hidden}, embedding ${shape.embedding}`,
    ],
    ...(parameters === undefined ? [] : [['Parameters', integer(parameters)] as const]),
    ...(settings.finetune ? [['Learned', 'captions with a high CIDEr-D (self-critical training)'] as const] : []),
    ['Batch', `${settings.batch} captions`],
    ...settingsInWords(settings),
    ...(log ? timeInWords(log, 'words') : []),
  ]);
}
