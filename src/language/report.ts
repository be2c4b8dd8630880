/** `report.html` of a language model: what was trained on what, how it went, what it is worth, what it writes. */
import { writeFileAtomically } from '../base/files.ts';
import { Random } from '../base/random.ts';
import { partOf, runInTurns, type Steps, type Turns } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import { readConfig } from '../model/model-folder.ts';
import { curves, spread } from '../report/curves.ts';
import { type HtmlValue, html } from '../report/html.ts';
import { lineChart } from '../report/line-chart.ts';
import { facts, formatInteger, formatPercent, page, reportFile, section } from '../report/page.ts';
import { settingsInWords, timeInWords } from '../report/settings.ts';
import { readTrainingLog, type TrainingLog } from '../report/training-log.ts';
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
  await write(folder, await readConfig(folder, languageConfigSchema));
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
  await write(folder, model.config, await runInTurns(measureSteps(model, text), turns));
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

async function write(folder: string, config: LanguageConfig, measured?: Measured): Promise<void> {
  const log = await readTrainingLog(folder);
  await writeFileAtomically(reportFile(folder), languageReport(config, log, measured));
}

function languageReport(config: LanguageConfig, log: TrainingLog | undefined, measured?: Measured): string {
  const { shape, text, scores, level } = config;
  const loss = scores['loss'];
  const { unit } = tokenizers[level];
  const kind = `${formatInteger(text.tokens)} ${unit}s, ${shape.cell.toUpperCase()} ${shape.layers} × ${shape.hidden}`;
  const title = `A language model of ${text.files.join(', ')}`;
  const lead =
    typeof loss === 'number'
      ? html`${kind}: <strong>${loss.toFixed(3)} nats per ${unit}</strong> (${(loss / Math.LN2).toFixed(3)} bits) on ${splitInWords(config)}.`
      : `${kind}: nothing measured${measured ? ', since no text was kept for validation' : ' yet'}.`;
  const sections: HtmlValue[] = [
    !measured &&
      html`<p class="soft">The training is still going on, or was stopped. When it is over, an n-gram model stands here beside it.</p>\n`,
    measured?.baseline && typeof loss === 'number' && baselineSection(measured.baseline, loss, shape.cell, unit),
    log && section('How it went', curvesOf(config, log, measured?.baseline)),
    measured && writesSection(measured, unit),
    log && samplesSection(log),
    section('What was trained', whatWasTrained(config, log, measured?.parameters)),
  ];
  return page(title, lead, sections);
}

function curvesOf(config: LanguageConfig, log: TrainingLog, baseline?: NgramBaseline) {
  const { settings, level } = config;
  return curves({
    log,
    unit: tokenizers[level].unit,
    split: splitInWords(config),
    dropout: settings.dropout,
    smoothing: settings.smoothing,
    rewarded: false,
    scores: [],
    levels: baseline ? [{ name: `${baseline.order}-gram model`, value: baseline.loss }] : [],
  });
}

function baselineSection(
  { losses, order, loss: reached, tokens }: NgramBaseline,
  loss: number,
  cell: string,
  unit: string,
) {
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

function writesSection({ sample, copied, copiedByChance }: Measured, unit: string) {
  const runs = `Of the ${RUN}-${unit} runs in ${formatInteger(SAMPLED)} ${unit}s that it wrote at temperature ${TEMPERATURE}, ${formatPercent(copied)} stand in the training text`;
  const beside =
    copiedByChance === undefined
      ? '.'
      : `; of those in the validation text, ${formatPercent(copiedByChance)} do. More than that is copied by heart.`;
  return section('What it writes', html`<p>${runs}${beside}</p>\n<pre>${sample}</pre>\n`);
}

/** The samples between validations, which are more frequent in the beginning, and those of some validations. */
function samplesSection({ validations, samples }: TrainingLog) {
  const measured = spread(validations, STAGES).map(({ scores, ...stage }) => ({ ...stage, loss: scores['loss'] }));
  const last = measured.at(-1)?.iteration;
  const between = samples.filter(({ iteration }) => iteration !== last);
  const stages = [...spread(between, STAGES), ...measured];
  stages.sort((a, b) => a.iteration - b.iteration);
  return section(
    'What it wrote as training went on',
    stages.map(
      ({ type, iteration, epoch, loss, samples: texts }) =>
        html`<h3>Update ${formatInteger(iteration)}, epoch ${epoch.toFixed(1)}${loss !== undefined && `, ${type === 'sample' ? 'training' : 'validation'} loss ${loss.toFixed(3)}`}</h3>
${texts.map((text) => html`<pre>${text}</pre>\n`)}`,
    ),
  );
}

function whatWasTrained(config: LanguageConfig, log?: TrainingLog, parameters?: number) {
  const { shape, settings, text, level, continued } = config;
  const { unit } = tokenizers[level];
  return facts([
    ['Text', `${text.files.join(', ')}: ${formatInteger(text.tokens)} ${unit}s`],
    ...(continued ? [['Went on from', `a model of ${continued.files.join(', ')}`] as const] : []),
    ['Validation', settings.valFraction > 0 || text.validation ? splitInWords(config) : 'none'],
    ['Vocabulary', `${formatInteger(shape.vocabulary)} ${unit}s, one of them for all that are unknown`],
    ['Model', `${shape.cell.toUpperCase()}, ${shape.layers} layers of ${shape.hidden} units`],
    ...(parameters === undefined ? [] : [['Parameters', formatInteger(parameters)] as const]),
    ['Batch', `${settings.batch} streams of ${settings.steps} ${unit}s`],
    ...settingsInWords(settings),
    ...(log ? timeInWords(log, `${unit}s`) : []),
  ]);
}
