/**
 * `report.html` of a translator: what it writes and where it looks. How a report is made up is in
 * report/training-report.ts.
 */
import { runInTurns, type Turns } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import { readConfig } from '../model/model-folder.ts';
import { type HtmlValue, html } from '../report/html.ts';
import { type Fact, formatInteger } from '../report/page.ts';
import { networkInShort, networkInWords } from '../report/settings.ts';
import { type TrainingReport, writeTrainingReport } from '../report/training-report.ts';
import type { DataSplit } from '../training/split.ts';
import { type TranslationConfig, translationConfigSchema } from './config.ts';
import { TRANSLATION_STYLE, translationSectionsSteps } from './evaluation-report.ts';
import type { Pair } from './pairs.ts';
import { Translator } from './translator.ts';

/** What is measured when the training is over. */
interface Measured {
  parameters: number;
  /** What came of it, section by section; none where nothing was kept to measure on. */
  sections: HtmlValue;
}

/** Writes the report of a training that is still going on, from what its folder says so far. */
export async function writeTranslationProgress(folder: string): Promise<void> {
  await writeTrainingReport(folder, translationReport(await readConfig(folder, translationConfigSchema)));
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
  const describing = translationSectionsSteps(translator, validation, translations);
  const sections = validation.length > 0 && (await runInTurns(describing, { signal: turns.signal }));
  await writeTrainingReport(
    folder,
    translationReport(translator.config, { parameters: translator.model.size, sections }),
  );
}

function translationReport(config: TranslationConfig, measured?: Measured): TrainingReport {
  const { data, scores, shape, settings } = config;
  const { bleu } = scores;
  const kind = shape.attention ? 'with attention' : 'without attention';
  return {
    title: `Translations of ${data.name}`,
    what: `${formatInteger(data.training)} pairs, ${networkInShort(shape)} ${kind}`,
    result:
      typeof bleu === 'number'
        ? html`<strong>BLEU ${bleu.toFixed(1)}</strong> on ${data.split} (${formatInteger(data.validation)} pairs)`
        : undefined,
    parameters: measured?.parameters,
    awaited: 'translations, from the best to the worst',
    unit: 'word',
    curves: { split: data.split, scores: [{ name: 'BLEU', score: 'bleu', factor: 1 }] },
    learned: measured?.sections,
    facts: factsOf(config),
    batch: `${settings.batch} pairs`,
    settings,
    style: TRANSLATION_STYLE,
  };
}

function factsOf({ shape, settings, data }: TranslationConfig): Fact[] {
  const { source, target, embedding, attention } = shape;
  return [
    ['Data', `${data.name}: ${formatInteger(data.training)} pairs`],
    ['Measured on', data.validation > 0 ? `${data.split}: ${formatInteger(data.validation)} pairs` : 'nothing'],
    [
      'Words',
      `${formatInteger(source)} into ${formatInteger(target)}; those that come less than ${settings.minCount} times are unknown`,
    ],
    ['Encoder', attention ? 'reads in both directions' : 'reads from the end to the beginning'],
    ['Model', `${networkInWords(shape)}, word vectors of ${embedding}`],
  ];
}
