/** `report.html` of a translator: what it is worth, what it writes and where it looks, how it went. */

import { writeFileAtomically } from '../base/files.ts';
import { runInTurns, type Turns } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import { readConfig } from '../model/model-folder.ts';
import { curves } from '../report/curves.ts';
import { type Html, type HtmlValue, html } from '../report/html.ts';
import { facts, formatInteger, page, reportFile, section } from '../report/page.ts';
import { settingsInWords, timeInWords } from '../report/settings.ts';
import { readTrainingLog, type TrainingLog } from '../report/training-log.ts';
import type { DataSplit } from '../training/split.ts';
import { type TranslationConfig, translationConfigSchema } from './config.ts';
import { TRANSLATION_STYLE, translationSections } from './evaluation-report.ts';
import type { Pair } from './pairs.ts';
import { Translator } from './translator.ts';

/** What is measured when the training is over. */
interface Measured {
  parameters: number;
  /** What it came to, section by section; none where nothing was kept to measure on. */
  sections: HtmlValue;
}

/** Writes the report of a training that is still going on, from what its folder says so far. */
export async function writeTranslationProgress(folder: string): Promise<void> {
  await write(folder, await readConfig(folder, translationConfigSchema));
}

/**
 * Writes the report of a trained translator.
 *
 * @param data what it was measured on
 * @param turns told how far it is; can stop it, and nothing is written then
 * @throws InputError when a file of the model can't be read, or the report can't be written
 */
export async function writeTranslationReport(
  folder: string,
  { validation }: Pick<DataSplit<Pair>, 'validation'>,
  engine: Engine,
  turns: Turns = {},
): Promise<void> {
  const translator = await Translator.load(folder, engine);
  const sources = validation.map(({ source }) => source);
  const translations = await runInTurns(translator.translateSteps(sources), turns);
  await write(folder, translator.config, {
    parameters: translator.model.size,
    sections: validation.length > 0 && translationSections(translator, validation, translations),
  });
}

async function write(folder: string, config: TranslationConfig, measured?: Measured): Promise<void> {
  const log = await readTrainingLog(folder);
  await writeFileAtomically(reportFile(folder), translationReport(config, log, measured));
}

function translationReport(config: TranslationConfig, log: TrainingLog | undefined, measured?: Measured): string {
  const { data, scores, shape, settings } = config;
  const { bleu } = scores;
  const kind = shape.attention ? 'with attention' : 'without attention';
  const what = `${formatInteger(data.training)} pairs, ${shape.cell.toUpperCase()} ${shape.layers} × ${shape.hidden} ${kind}`;
  const lead =
    typeof bleu === 'number'
      ? html`${what}: <strong>BLEU ${bleu.toFixed(1)}</strong> on ${data.split} (${formatInteger(data.validation)} pairs).`
      : `${what}: nothing measured.`;
  const curve =
    log &&
    curves({
      log,
      unit: 'word',
      split: data.split,
      dropout: settings.dropout,
      smoothing: settings.smoothing,
      rewarded: false,
      scores: [{ name: 'BLEU', score: 'bleu', factor: 1 }],
      levels: [],
    });
  return page(
    `Translations of ${data.name}`,
    lead,
    [
      !measured && html`<p class="soft">The training is still going on, or was stopped.</p>\n`,
      measured?.sections,
      curve && section('How it went', curve),
      section('What was trained', whatWasTrained(config, log, measured?.parameters)),
    ],
    TRANSLATION_STYLE,
  );
}

function whatWasTrained(config: TranslationConfig, log: TrainingLog | undefined, parameters: number | undefined): Html {
  const { shape, settings, data } = config;
  const { cell, layers, hidden, source, target, embedding, attention } = shape;
  return facts([
    ['Data', `${data.name}: ${formatInteger(data.training)} pairs`],
    ['Measured on', data.validation > 0 ? `${data.split}: ${formatInteger(data.validation)} pairs` : 'nothing'],
    [
      'Words',
      `${formatInteger(source)} into ${formatInteger(target)}; those that come less than ${settings.minCount} times are unknown`,
    ],
    ['Encoder', attention ? 'reads in both directions' : 'reads from the end to the beginning'],
    ['Model', `${cell.toUpperCase()}, ${layers} layers of ${hidden} units, word vectors of ${embedding}`],
    ...(parameters === undefined ? [] : [['Parameters', formatInteger(parameters)] as const]),
    ['Batch', `${settings.batch} pairs`],
    ...settingsInWords(settings),
    ...(log ? timeInWords(log, 'words') : []),
  ]);
}
