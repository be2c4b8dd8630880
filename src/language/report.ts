/**
 * `report.html` of a language model: what it writes, how much of that is copied, an n-gram model beside it. How a report
 * is made up is in report/training-report.ts.
 */
import { Random } from '../base/random.ts';
import { partOf, runInTurns, type Steps, type Turns } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import { readConfig } from '../model/model-folder.ts';
import { filesInWords, foldedFiles } from '../report/files-in-words.ts';
import { type Html, html } from '../report/html.ts';
import { lineChart } from '../report/line-chart.ts';
import { type Fact, formatInteger, formatPercent, section } from '../report/page.ts';
import { networkInShort, networkInWords } from '../report/settings.ts';
import { spread } from '../report/spread.ts';
import type { TrainingLog } from '../report/training-log.ts';
import { type TrainingReport, writeTrainingReport } from '../report/training-report.ts';
import { joinTokens, tokenizers } from '../text/tokenizer.ts';
import { type NgramBaseline, ngramBaselineSteps } from './baseline.ts';
import { type LanguageConfig, languageConfigSchema, splitInWords } from './config.ts';
import { sharesCopiedSteps } from './copied.ts';
import { sampleText } from './sample.ts';
import type { LanguageText } from './text.ts';
import { TextModel } from './text-model.ts';

/** Tokens that are written for the report, and how careful. */
const SAMPLED = 5000;
const TEMPERATURE = 0.8;
/** Tokens of that which are shown. */
const SHOWN = 1000;
/** Runs of this many tokens are looked for in the training text. */
const RUN = 20;
/** Validations whose samples are shown, and as many samples between validations. */
const STAGES = 8;

/** What is measured when the training is over. */
interface Measured {
  parameters: number;
  sample: string;
  /** Share of the runs of the sample that stand in the training text. */
  copied: number;
  /** The same of the validation text, and what n-gram models make of it, where there is one. */
  copiedByChance?: number;
  baseline?: NgramBaseline;
}

/** Writes the report of a training that is still going on, from what its folder says so far. */
export async function writeLanguageProgress(folder: string): Promise<void> {
  await writeTrainingReport(folder, languageReport(await readConfig(folder, languageConfigSchema)));
}

/**
 * Writes the report of a trained model, with an n-gram baseline beside it.
 *
 * @param text what it was trained on
 * @param turns told how far it is; can stop it, and nothing is written then
 * @throws InputError when a file of the model can't be read, or the report can't be written
 */
export async function writeLanguageReport(
  folder: string,
  text: LanguageText,
  engine: Engine,
  turns: Turns = {},
): Promise<void> {
  const model = await TextModel.load(folder, engine);
  const measured = await runInTurns(measureSteps(model, text), turns);
  await writeTrainingReport(folder, languageReport(model.config, measured));
}

function* measureSteps({ config, model, vocabulary }: TextModel, text: LanguageText): Steps<Measured> {
  const { tokenizer, training, validation } = text;
  const random = new Random(config.settings.seed);
  const tokens: string[] = [];
  for (const { token } of sampleText(model, vocabulary, { random, temperature: TEMPERATURE, tokenizer })) {
    tokens.push(token);
    if (tokens.length === SAMPLED) break;
    yield (0.1 * tokens.length) / SAMPLED;
  }
  const ids = tokens.map((token) => vocabulary.idOf(token)!);
  const heldOut = validation.map((part) => part.read(0, Math.min(part.length, SAMPLED)))[0] ?? [];
  const [copied, copiedByChance] = yield* partOf(sharesCopiedSteps([ids, heldOut], training, RUN), 0.1, 0.3);
  return {
    parameters: model.size,
    sample: joinTokens(tokens.slice(0, SHOWN), tokenizer),
    copied: copied!,
    ...(validation.length > 0 && {
      copiedByChance: copiedByChance!,
      baseline: yield* partOf(ngramBaselineSteps(text), 0.3, 1),
    }),
  };
}

function languageReport(config: LanguageConfig, measured?: Measured): TrainingReport {
  const { shape, text, settings, scores, level } = config;
  const { loss } = scores;
  const { unit } = tokenizers[level];
  const { baseline } = measured ?? {};
  const split = splitInWords(config);
  return {
    title: `A language model of ${filesInWords(text.files)}`,
    what: `${formatInteger(text.tokens)} ${unit}s, ${networkInShort(shape)}`,
    result:
      typeof loss === 'number'
        ? html`<strong>${loss.toFixed(3)} nats per ${unit}</strong> (${(loss / Math.LN2).toFixed(3)} bits) on ${split}`
        : undefined,
    parameters: measured?.parameters,
    awaited: 'a longer sample, and an n-gram model to compare with',
    unit,
    curves: { split, levels: baseline ? [{ name: `${baseline.order}-gram model`, value: baseline.loss }] : [] },
    learned: measured && whatItWrites(measured, unit),
    stages: samplesOf,
    comparisons: baseline && typeof loss === 'number' && besideNgrams(baseline, loss, shape.cell, unit),
    facts: factsOf(config),
    batch: `${settings.batch} streams of ${settings.steps} ${unit}s`,
    settings,
  };
}

function whatItWrites({ sample, copied, copiedByChance }: Measured, unit: string): Html {
  const runs = `Of the ${RUN}-${unit} runs in ${formatInteger(SAMPLED)} ${unit}s that it wrote at temperature ${TEMPERATURE}, ${formatPercent(copied)} stand in the training text`;
  const beside =
    copiedByChance === undefined
      ? '.'
      : `; of those in the validation text, ${formatPercent(copiedByChance)} do. More than that is copied by heart.`;
  return section('What it writes', html`<pre>${sample}</pre>\n<p>${runs}${beside}</p>\n`);
}

/** The samples between validations, which are more frequent in the beginning, and those of some validations. */
function samplesOf({ validations, samples }: TrainingLog): Html | undefined {
  const measured = spread(validations, STAGES).map(({ scores, ...stage }) => ({ ...stage, loss: scores['loss'] }));
  const last = measured.at(-1)?.iteration;
  const between = samples.filter(({ iteration }) => iteration !== last);
  const stages = [...spread(between, STAGES), ...measured];
  if (stages.length === 0) return undefined;
  stages.sort((a, b) => a.iteration - b.iteration);
  return html`${stages.map(
    ({ type, iteration, epoch, loss, samples: texts }) =>
      html`<h3>Update ${formatInteger(iteration)}, epoch ${epoch.toFixed(1)}${loss !== undefined && `, ${type === 'sample' ? 'training' : 'validation'} loss ${loss.toFixed(3)}`}</h3>
${texts.map((text) => html`<pre>${text}</pre>\n`)}`,
  )}`;
}

function besideNgrams(
  { losses, order, loss: reached, tokens }: NgramBaseline,
  loss: number,
  cell: string,
  unit: string,
): Html {
  const difference = `${Math.abs(loss - reached).toFixed(3)} nats per ${unit}`;
  const verdict =
    loss < reached
      ? `This model is ${difference} better: that much it knows beyond which ${unit}s follow the last few.`
      : `This model is ${difference} worse: a table of counts still does better. Longer training, more units or more text are what a recurrent model gains from.`;
  return section(
    'Beside an n-gram model',
    html`<p>An n-gram model counts what follows the last n − 1 ${unit}s (interpolated, modified Kneser-Ney smoothing), learned from ${formatInteger(tokens)} ${unit}s of the same training text and measured on the same validation text. The best order is <strong>${order}, with ${reached.toFixed(3)} nats per ${unit}</strong>. ${verdict}</p>
<div class="charts">${lineChart({
      title: 'Validation loss by order',
      xLabel: 'n',
      yLabel: `nats per ${unit}`,
      lines: [{ name: 'n-gram model', points: losses.map((y, i) => [i + 1, y] as const) }],
      levels: [{ name: `this ${cell.toUpperCase()}`, value: loss }],
    })}</div>
`,
  );
}

function factsOf(config: LanguageConfig): Fact[] {
  const { shape, settings, text, level, continued } = config;
  const { unit } = tokenizers[level];
  return [
    ['Text', html`${filesInWords(text.files)}: ${formatInteger(text.tokens)} ${unit}s${foldedFiles(text.files)}`],
    ...(continued
      ? [['Went on from', html`a model of ${filesInWords(continued.files)}${foldedFiles(continued.files)}`] as const]
      : []),
    ['Validation', settings.valFraction > 0 || text.validation ? splitInWords(config) : 'none'],
    ['Vocabulary', `${formatInteger(shape.vocabulary)} ${unit}s, one of them for all that are unknown`],
    ['Model', networkInWords(shape)],
  ];
}
