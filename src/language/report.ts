/** `report.html` of a language model: what was trained on what, how it went, what it is worth, what it writes. */
import { writeFileAtomically } from '../base/files.ts';
import { Random } from '../base/random.ts';
import type { Engine } from '../compute/engine.ts';
import { loadModel, readConfig } from '../model/model-folder.ts';
import { curves, spread } from '../report/curves.ts';
import { type HtmlValue, html } from '../report/html.ts';
import { lineChart } from '../report/line-chart.ts';
import { facts, integer, page, percent, reportFile, section } from '../report/page.ts';
import { settingsInWords, timeInWords } from '../report/settings.ts';
import { readTrainingLog, type TrainingLog } from '../report/training-log.ts';
import { type NgramBaseline, ngramBaseline } from './baseline.ts';
import { type LanguageConfig, languageConfigSchema } from './config.ts';
import { sharesCopied } from './copied.ts';
import { sampleText } from './sample.ts';
import { readLanguageText } from './text.ts';

/** Tokens that are written for the report, and how careful. */
const SAMPLED = 5000;
const TEMPERATURE = 0.8;
/** Tokens of that which are shown. */
const SHOWN = 1000;
/** Runs of this many tokens are looked for in the training text. */
const RUN = 20;
/** Validations whose samples are shown. */
const STAGES = 8;

/** What is measured when the training is over. */
interface Measured {
  parameters: number;
  baseline: NgramBaseline;
  sample: string;
  /** Shares of the runs that stand in the training text: of the sample, and of the validation text. */
  copied: number;
  copiedByChance: number;
}

/** Writes the report of a training that is still going on, from what its folder says so far. */
export async function writeLanguageProgress(folder: string): Promise<void> {
  await write(folder, await readConfig(folder, languageConfigSchema));
}

/**
 * Writes the report of a trained model, with an n-gram baseline beside it.
 *
 * @param files what it was trained on
 * @throws InputError when a file of the model or the text can't be read, or the report can't be written
 */
export async function writeLanguageReport(folder: string, files: readonly string[], engine: Engine): Promise<void> {
  const { config, model, vocabulary } = await loadModel(folder, engine, languageConfigSchema);
  const text = await readLanguageText(files, config.settings);
  const random = new Random(config.settings.seed);
  const tokens: string[] = [];
  for (const { token } of sampleText(model, vocabulary, { random, temperature: TEMPERATURE })) {
    if (tokens.push(token) === SAMPLED) break;
  }
  const ids = tokens.map((token) => vocabulary.idOf(token) ?? 0);
  const heldOut = text.validation.read(0, Math.min(SAMPLED, text.validation.length));
  const [copied = 0, copiedByChance = 0] = sharesCopied([ids, heldOut], text.training, RUN);
  await write(folder, config, {
    parameters: model.size,
    baseline: ngramBaseline(text),
    sample: tokens.slice(0, SHOWN).join(''),
    copied,
    copiedByChance,
  });
}

async function write(folder: string, config: LanguageConfig, measured?: Measured): Promise<void> {
  const log = await readTrainingLog(folder);
  await writeFileAtomically(reportFile(folder), languageReport(config, log, measured));
}

function languageReport(config: LanguageConfig, log: TrainingLog | undefined, measured?: Measured): string {
  const { shape, text, scores } = config;
  const loss = scores['loss'];
  const title = `A language model of ${text.files.join(', ')}`;
  const lead =
    typeof loss === 'number'
      ? html`${integer(text.tokens)} characters, ${shape.cell.toUpperCase()} ${shape.layers} × ${shape.hidden}: <strong>${loss.toFixed(3)} nats per character</strong> (${(loss / Math.LN2).toFixed(3)} bits) on ${scores['split']}.`
      : `${integer(text.tokens)} characters, ${shape.cell.toUpperCase()} ${shape.layers} × ${shape.hidden}: nothing measured yet.`;
  const sections: HtmlValue[] = [
    !measured &&
      html`<p class="soft">The training is still going on, or was stopped. When it is over, an n-gram model stands here beside it.</p>\n`,
    measured && typeof loss === 'number' && baselineSection(measured, loss, shape.cell),
    log && section('How it went', curvesOf(config, log, measured?.baseline)),
    measured && writesSection(measured),
    log && samplesSection(log),
    section('What was trained', whatWasTrained(config, log, measured?.parameters)),
  ];
  return page(title, lead, sections);
}

function curvesOf({ settings, scores }: LanguageConfig, log: TrainingLog, baseline?: NgramBaseline) {
  return curves({
    log,
    unit: 'character',
    split: String(scores['split'] ?? 'the end of the text'),
    dropout: settings.dropout,
    smoothing: settings.smoothing,
    rewarded: false,
    scores: [],
    levels: baseline ? [{ name: `${baseline.order}-gram model`, value: baseline.loss }] : [],
  });
}

function baselineSection({ baseline }: Measured, loss: number, cell: string) {
  const { losses, order, loss: reached, tokens } = baseline;
  const difference = `${Math.abs(loss - reached).toFixed(3)} nats per character`;
  const verdict =
    loss < reached
      ? `This model is ${difference} better: that much it knows beyond which characters follow the last few.`
      : `This model is ${difference} worse: a table of counts still does better. Longer training, more units or more text are what a recurrent model gains from.`;
  return section(
    'Beside an n-gram model',
    html`<p>An n-gram model counts what follows the last n − 1 characters (interpolated, modified Kneser-Ney smoothing), learned from ${integer(tokens)} characters of the same training text and measured on the same validation text. The best order is <strong>${order}, with ${reached.toFixed(3)} nats per character</strong>. ${verdict}</p>
<div class="charts">${lineChart({
      title: 'Validation loss by order',
      xLabel: 'n',
      yLabel: 'nats per character',
      lines: [{ name: 'n-gram model', points: losses.map((y, i) => [i + 1, y] as const) }],
      levels: [{ name: `this ${cell.toUpperCase()}`, value: loss }],
    })}</div>
`,
  );
}

function writesSection({ sample, copied, copiedByChance }: Measured) {
  return section(
    'What it writes',
    html`<p>Of the ${RUN}-character runs in ${integer(SAMPLED)} characters that it wrote at temperature ${TEMPERATURE}, ${percent(copied)} stand in the training text; of those in the validation text, ${percent(copiedByChance)} do. More than that is copied by heart.</p>
<pre>${sample}</pre>
`,
  );
}

function samplesSection({ validations }: TrainingLog) {
  return section(
    'What it wrote as training went on',
    spread(validations, STAGES).map(
      ({ epoch, scores, samples }) =>
        html`<h3>Epoch ${epoch.toFixed(1)}${scores['loss'] !== undefined && `, validation loss ${scores['loss'].toFixed(3)}`}</h3>
${samples.map((sample) => html`<pre>${sample}</pre>\n`)}`,
    ),
  );
}

function whatWasTrained({ shape, settings, text }: LanguageConfig, log?: TrainingLog, parameters?: number) {
  const validation = Math.round(text.tokens * settings.valFraction);
  return facts([
    ['Text', text.files.join(', ')],
    [
      'Split',
      `${integer(text.tokens - validation)} characters for training, the last ${integer(validation)} for validation`,
    ],
    ['Vocabulary', `${integer(shape.vocabulary)} characters, one of them for all that are unknown`],
    ['Model', `${shape.cell.toUpperCase()}, ${shape.layers} layers of ${shape.hidden} units`],
    ...(parameters === undefined ? [] : [['Parameters', integer(parameters)] as const]),
    ['Batch', `${settings.batch} streams of ${settings.steps} characters`],
    ...settingsInWords(settings),
    ...(log ? timeInWords(log, 'characters') : []),
  ]);
}
