/**
 * `report.html` of a language model: what it writes, how much of that is copied, an n-gram model beside it. How a report
 * is made up is in report/training-report.ts.
 */
import { counted } from '../base/counted.ts';
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
import { amountInWords, type LanguageConfig, languageConfigSchema, sequencesInWords, splitInWords } from './config.ts';
import { sharesCopiedSteps } from './copied.ts';
import { isSequences, type LanguageData } from './data.ts';
import { sampleText } from './sample.ts';
import { sequencesWrittenSteps } from './sequence-report.ts';
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
  /** The section about what the model writes. */
  written: Html;
  /** What n-gram models come to, where anything is held out. */
  baseline?: NgramBaseline | undefined;
}

/** Writes the report of a training that is still going on, from what its folder says so far. */
export async function writeLanguageProgress(folder: string): Promise<void> {
  await writeTrainingReport(folder, languageReport(await readConfig(folder, languageConfigSchema)));
}

/**
 * Writes the report of a trained model, with an n-gram baseline beside it.
 *
 * @param data what it was trained on
 * @param turns told how far it is; can stop it, and nothing is written then
 * @throws InputError when a file of the model can't be read, or the report can't be written
 */
export async function writeLanguageReport(
  folder: string,
  data: LanguageData,
  engine: Engine,
  turns: Turns = {},
): Promise<void> {
  const model = await TextModel.load(folder, engine);
  const measured = await runInTurns(measureSteps(model, data), turns);
  await writeTrainingReport(folder, languageReport(model.config, measured));
}

function* measureSteps(model: TextModel, data: LanguageData): Steps<Measured> {
  const writing = isSequences(data) ? sequencesWrittenSteps(model, data) : textWrittenSteps(model, data);
  const written = yield* partOf(writing, 0, 0.3);
  const holdsOut = isSequences(data) ? data.validation.count > 0 : data.validation.length > 0;
  const baseline = holdsOut ? yield* partOf(ngramBaselineSteps(data), 0.3, 1) : undefined;
  return { parameters: model.model.size, written, baseline };
}

/** Writes a text, and looks for what of it was copied, beside what of the text for validation is found by chance. */
function* textWrittenSteps({ config, model, vocabulary }: TextModel, text: LanguageText): Steps<Html> {
  const { tokenizer, training, validation } = text;
  const random = new Random(config.settings.seed);
  const tokens: string[] = [];
  for (const { token } of sampleText(model, vocabulary, { random, temperature: TEMPERATURE, tokenizer })) {
    tokens.push(token);
    if (tokens.length === SAMPLED) break;
    yield (0.3 * tokens.length) / SAMPLED;
  }
  const ids = tokens.map((token) => vocabulary.idOf(token)!);
  const heldOut = validation.map((part) => part.read(0, Math.min(part.length, SAMPLED)))[0] ?? [];
  const [copied, copiedByChance] = yield* partOf(sharesCopiedSteps([ids, heldOut], training, RUN), 0.3, 1);
  const sample = joinTokens(tokens.slice(0, SHOWN), tokenizer);
  return whatItWrites(sample, copied!, validation.length > 0 ? copiedByChance! : undefined, tokenizer.unit);
}

function languageReport(config: LanguageConfig, measured?: Measured): TrainingReport {
  const { shape, text, settings, scores, level } = config;
  const { loss } = scores;
  const { unit } = tokenizers[level];
  const { baseline } = measured ?? {};
  const split = splitInWords(config);
  return {
    title: `A language model of ${filesInWords(text.files)}`,
    what: `${amountInWords(config)}, ${networkInShort(shape)}`,
    result:
      typeof loss === 'number'
        ? html`<strong>${loss.toFixed(3)} nats per ${unit}</strong> (${(loss / Math.LN2).toFixed(3)} bits) on ${split}`
        : undefined,
    parameters: measured?.parameters,
    awaited: 'a longer sample, and an n-gram model to compare with',
    unit,
    curves: { split, levels: baseline ? [{ name: `${baseline.order}-gram model`, value: baseline.loss }] : [] },
    learned: measured?.written,
    stages: samplesOf,
    comparisons: baseline && typeof loss === 'number' && besideNgrams(baseline, loss, shape.cell, unit),
    facts: factsOf(config),
    batch: settings.sequences
      ? sequencesInWords(settings.batch, settings.sequences)
      : `${counted(settings.batch, 'stream')} of ${counted(settings.steps, unit)}`,
    settings,
  };
}

/** @param copied share of the runs of what it wrote that stand in the training text @param byChance of those held out */
function whatItWrites(sample: string, copied: number, byChance: number | undefined, unit: string): Html {
  const runs = `Of the ${RUN}-${unit} runs in ${formatInteger(SAMPLED)} ${unit}s that it wrote at temperature ${TEMPERATURE}, ${formatPercent(copied)} stand in the training text`;
  const beside =
    byChance === undefined
      ? '.'
      : `; of those in the validation text, ${formatPercent(byChance)} do. More than that is copied by heart.`;
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
    ['Text', html`${filesInWords(text.files)}: ${amountInWords(config)}${foldedFiles(text.files)}`],
    ...(continued
      ? [['Went on from', html`a model of ${filesInWords(continued.files)}${foldedFiles(continued.files)}`] as const]
      : []),
    ['Validation', settings.valFraction > 0 || text.validation ? splitInWords(config) : 'none'],
    ['Vocabulary', `${formatInteger(shape.vocabulary)} ${unit}s, one of them for all that are unknown`],
    ['Model', networkInWords(shape)],
  ];
}
