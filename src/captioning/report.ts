/** `report.html` of a captioner: what it is worth, its best and worst captions, what was trained and how that went. */
import { writeFileAtomically } from '../base/files.ts';
import { runInTurns, type Turns } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import { readConfig } from '../model/model-folder.ts';
import { curves } from '../report/curves.ts';
import { type HtmlValue, html } from '../report/html.ts';
import { facts, formatInteger, page, reportFile, section } from '../report/page.ts';
import { settingsInWords, timeInWords } from '../report/settings.ts';
import { readTrainingLog, type TrainingLog } from '../report/training-log.ts';
import { compareWithBaselinesSteps } from './baselines.ts';
import { Captioner } from './captioner.ts';
import { type CaptionConfig, captionConfigSchema } from './config.ts';
import { comparison, extremes, missed, scoresInWords, stagedSamples } from './report-sections.ts';
import type { CaptionSets } from './train.ts';

/** Writes the report of a training that is still going on, from what its folder says so far. */
export async function writeCaptionProgress(folder: string): Promise<void> {
  const config = await readConfig(folder, captionConfigSchema);
  const log = await readTrainingLog(folder);
  const staged = log && (await stagedSamples(log, new Map()));
  await writeFileAtomically(reportFile(folder), captionReport(config, log, staged));
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

  const log = await readTrainingLog(folder);
  const evaluation = {
    lead: scoresInWords(captioner.config.dataset.name, 'val', captions.length, scores),
    parameters: captioner.model.size,
    sections: [
      comparison(systems, validation.captions),
      await extremes(captions, validation, files, turns),
      missed(captions, validation.captions, captioner.vocabulary),
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
    [
      'Model',
      `${shape.cell.toUpperCase()}, layers ${shape.layers}, hidden ${shape.hidden}, embedding ${shape.embedding}`,
    ],
    ...(parameters === undefined ? [] : [['Parameters', formatInteger(parameters)] as const]),
    ...(settings.finetune ? [['Learned', 'captions with a high CIDEr-D (self-critical training)'] as const] : []),
    ['Batch', `${settings.batch} captions`],
    ...settingsInWords(settings),
    ...(log ? timeInWords(log, 'words') : []),
  ]);
}
