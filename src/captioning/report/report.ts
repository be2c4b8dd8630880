/**
 * `report.html` of a captioner: its best and worst captions, words that it misses, simpler ways beside it. How a report is
 * made up is in report/training-report.ts.
 */
import { partOf, runInTurns, type Steps, type Turns } from '../../base/steps.ts';
import { readConfig } from '../../model/model-folder.ts';
import { filesInWords } from '../../report/files-in-words.ts';
import { type Html, type HtmlValue, html } from '../../report/html.ts';
import { type Fact, formatInteger } from '../../report/page.ts';
import { networkInShort, networkInWords } from '../../report/settings.ts';
import { type TrainingReport, writeTrainingReport } from '../../report/training-report.ts';
import { picturesIn } from '../batch.ts';
import { decodingDefaults } from '../caption.ts';
import { namesInWords } from '../caption-data.ts';
import type { Captioner } from '../captioner.ts';
import {
  type CaptionConfig,
  captionConfigSchema,
  type PartOfData,
  partName,
  partsOfData,
  scoresByDataset,
} from '../config.ts';
import type { CaptionSets, HeldOutSet } from '../sets.ts';
import { type CaptionSystem, compareWithSteps, type LearnedBaselines, learnBaselinesSteps } from './baselines.ts';
import { missedWordsSteps } from './missed-words.ts';
import { comparison, extremes, hundredfold, missed, scoresInWords, stagedSamples } from './report-sections.ts';

/** What is measured when the training is over. */
interface Measured {
  parameters: number;
  /** What its captions are worth. */
  result: Html;
  learned: HtmlValue;
  comparisons: HtmlValue;
  /** The pictures' files by their names. */
  files: ReadonlyMap<string, string>;
}

/** Writes the report of a training that is still going on, from what its folder says so far. */
export async function writeCaptionProgress(folder: string): Promise<void> {
  await writeTrainingReport(folder, captionReport(await readConfig(folder, captionConfigSchema)));
}

/**
 * Describes validation pictures with a captioner and with the baselines, and writes a report of that and of the
 * captioner's training into its folder.
 *
 * @param captioner what is in the folder
 * @param sets what it learned from and was measured on, standardised as the captioner does
 * @param turns told how far it is; can stop it, and nothing is written then
 * @throws InputError when a file of the model can't be read, or the report can't be written
 */
export async function writeCaptionReport(
  folder: string,
  captioner: Captioner,
  sets: CaptionSets,
  turns: Turns = {},
): Promise<void> {
  const compared = await runInTurns(comparisonsSteps(captioner, sets), turns);
  const about = ({ dataset, language }: HeldOutSet) => ({ of: compared.length > 1 ? dataset : undefined, language });
  const files = new Map(compared.flatMap(({ set }) => (set.files ?? []).map((path, i) => [set.names[i]!, path])));
  const result: Html[] = [];
  const learned: (Html | undefined)[] = [];
  for (const { set, systems } of compared) {
    const { captions, scores } = systems[0]!;
    result.push(scoresInWords(set.dataset, 'val', captions.length, scores));
    learned.push(await extremes(captions, set, files, { ...turns, ...about(set) }));
  }
  for (const language of new Set(compared.map(({ set }) => set.language))) {
    const inLanguage = compared.filter(({ set }) => set.language === language);
    const captions = inLanguage.flatMap(({ systems }) => systems[0]!.captions);
    const references = inLanguage.flatMap(({ set }) => set.captions);
    const missing = missedWordsSteps(captions, references, captioner.vocabulary, language);
    learned.push(missed(await runInTurns(missing, turns), language));
  }
  const measured: Measured = {
    parameters: captioner.model.size,
    result: html`${list(result)}`,
    learned,
    comparisons: compared.map(({ set, systems }) => comparison(systems, set.captions, about(set))),
    files,
  };
  await writeTrainingReport(folder, captionReport(captioner.config, measured));
}

/** The captioner beside the baselines, on each held-out set. */
function* comparisonsSteps(
  captioner: Captioner,
  { training, validation }: CaptionSets,
): Steps<{ set: HeldOutSet; systems: CaptionSystem[] }[]> {
  const compared: { set: HeldOutSet; systems: CaptionSystem[] }[] = [];
  const learned = new Map<string | undefined, LearnedBaselines>();
  for (const [i, set] of validation.entries()) {
    const { language } = set;
    const share = (part: number) => (i + part) / validation.length;
    let baselines = learned.get(language);
    if (!baselines) {
      const learning = learnBaselinesSteps(captioner, picturesIn(training, language), language);
      baselines = yield* partOf(learning, share(0), share(0.2));
      learned.set(language, baselines);
    }
    const steps = compareWithSteps(baselines, set, { ...decodingDefaults, language });
    compared.push({ set, systems: yield* partOf(steps, share(0.2), share(1)) });
  }
  return compared;
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
      split: heldOutInWords(config),
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

/** The pictures that the weights were chosen by. */
function heldOutInWords(config: CaptionConfig): string {
  const names = Object.keys(scoresByDataset(config));
  return names.length > 1 ? `the val splits of ${namesInWords(names)}, in the mean` : `the val split of ${names[0]}`;
}

/** What the weights that were kept so far are worth; undefined before the first validation. */
function scoresSoFar(config: CaptionConfig): Html | undefined {
  if (config.scores['cider'] === undefined) return undefined;
  const each = Object.entries(scoresByDataset(config)).map(
    ([name, { bleu4, cider }], i) =>
      html`<strong>BLEU-4 ${hundredfold(bleu4!)}, CIDEr ${hundredfold(cider!)}</strong>${i === 0 && ' so far,'} on the val split of ${name}`,
  );
  return html`${list(each)}, written greedily`;
}

/** Parts of a sentence, one after another. */
function list(parts: readonly Html[]): HtmlValue {
  return parts.map((part, i) => (i === 0 ? part : html`; ${part}`));
}

function factsOf(config: CaptionConfig): Fact[] {
  const { captionsOnly, init, pictures, shape, settings } = config;
  return [
    ...partsOfData(config).map((part) => ['Dataset', dataInWords(part)] as const),
    ...(captionsOnly
      ? [
          [
            'Captions without pictures',
            `${formatInteger(captionsOnly.captions)} of ${filesInWords(captionsOnly.files)}`,
          ] as const,
        ]
      : []),
    ...(init ? [['Started from', `a captioner trained on ${init.name}`] as const] : []),
    [
      'Pictures',
      `${pictures.key}, ${formatInteger(shape.condition)} features, read at the first word${shape.memory === undefined ? ' only' : `, and a map of ${pictures.grid} × ${pictures.grid} cells, looked at before each word${shape.gate ? ', through a gate' : ''}`}${settings.mirrored ? '; mirror images too' : ''}`,
    ],
    [
      'Vocabulary',
      `${formatInteger(shape.vocabulary)} words; those that come less than ${settings.threshold} times are unknown`,
    ],
    ['Model', `${networkInWords(shape)}, word vectors of ${shape.embedding}`],
    ...(settings.finetune ? [['Learned', 'captions with a high CIDEr-D (self-critical training)'] as const] : []),
  ];
}

function dataInWords({ captions, pictures, weight, ...part }: PartOfData): string {
  const name = partName(part);
  if (pictures === 0) return `${name}: no training pictures`;
  const shown = weight === 1 ? '' : `, each ${weight} times in an epoch`;
  return `${name}: ${formatInteger(captions)} captions of ${formatInteger(pictures)} training pictures${shown}`;
}
