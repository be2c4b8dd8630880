/** The sections of a captioner's reports that are about what it writes, on an evaluation's page and on a training's. */
import { mapSteps, partOf, runInTurns, type Steps, type Turns } from '../../base/steps.ts';
import type { Split } from '../../datasets/dataset.ts';
import { CiderScorer } from '../../metrics/cider.ts';
import { diversity } from '../../metrics/diversity.ts';
import { partWords, tokenizerOf } from '../../metrics/language-words.ts';
import type { CaptionScores } from '../../metrics/score.ts';
import { type Html, html } from '../../report/html.ts';
import { formatInteger, formatPercent, htmlTable, section } from '../../report/page.ts';
import { spread } from '../../report/spread.ts';
import { thumbnail } from '../../report/thumbnail.ts';
import type { TrainingLog } from '../../report/training-log.ts';
import type { CaptionedFeatures } from '../batch.ts';
import type { Caption } from '../caption.ts';
import { shownWords } from '../description/shown-caption.ts';
import { explainedFrame } from '../explained/explained-frame.ts';
import { explainedLead } from '../explained/shown-maps.ts';
import type { WordMaps } from '../explained/word-maps.ts';
import type { CaptionSystem } from './baselines.ts';
import type { MissedWords } from './missed-words.ts';

type References = CaptionedFeatures['captions'];

/** Best and worst pictures that are shown, each. */
const EXTREMES = 8;
/** The share of their work that is done when the pictures are ranked, where each is then explained. */
const SCORED = 0.05;
/** Pixels of the longer side of a picture under maps. */
const EXPLAINED_SIZE = 320;
/** Missed words that are listed. */
const WORDS = 60;
/** Validations whose captions are shown. */
const STAGES = 12;

/** How good captions of a split are: "BLEU-1 67.0, … on the val split of …". */
export function scoresInWords(dataset: string, split: Split, pictures: number, scores: CaptionScores): Html {
  const { bleu1, bleu4, cider } = scores;
  return html`<strong>BLEU-1 ${hundredfold(bleu1)}, BLEU-4 ${hundredfold(bleu4)}, CIDEr ${hundredfold(cider)}</strong> on the ${split} split of ${dataset} (${formatInteger(pictures)} pictures)`;
}

/** The scores of systems as papers print them, × 100. */
export function scoreTable(systems: readonly { name: string; scores: CaptionScores }[]): Html {
  return htmlTable(
    ['', 'BLEU-1', 'BLEU-2', 'BLEU-3', 'BLEU-4', 'ROUGE-L', 'CIDEr'],
    systems.map(({ name, scores: { bleu1, bleu2, bleu3, bleu4, rougeL, cider } }) => [
      name,
      ...[bleu1, bleu2, bleu3, bleu4, rougeL, cider].map(hundredfold),
    ]),
    'compared',
  );
}

/**
 * The captioner beside the baselines: how good the captions are, how varied, and whether the picture is read.
 *
 * @param of the dataset that the pictures are of, where there are several; and the language of all captions
 */
export function comparison(
  systems: readonly CaptionSystem[],
  references: References,
  { of, language }: { of?: string | undefined; language?: string | undefined } = {},
): Html {
  const captioner = systems[0]!;
  const exchanged = systems.find(({ name }) => name === 'other pictures');
  const variety = ({
    distinctCaptions,
    vocabulary,
    distinct1,
    distinct2,
    meanLength,
  }: ReturnType<typeof diversity>) => [
    formatPercent(distinctCaptions),
    formatInteger(vocabulary),
    distinct1.toFixed(3),
    distinct2.toFixed(3),
    meanLength.toFixed(1),
  ];
  const people = diversity(references.map(([first = '']) => tokenizerOf(language)(first)));
  return section(
    headingOf('Beside simpler ways', of),
    scoreTable(systems),
    html`<ul class="soft">${systems.map(({ name, explanation }) => html`<li><b>${name}</b>: ${explanation}</li>\n`)}</ul>\n`,
    exchanged &&
      html`<p>When it is shown other pictures, its CIDEr falls from ${hundredfold(captioner.scores.cider)} to ${hundredfold(exchanged.scores.cider)}: the difference is what it reads in the picture.</p>\n`,
    html`<h3>How varied</h3>\n`,
    htmlTable(
      ['', 'distinct captions', 'vocabulary', 'distinct-1', 'distinct-2', 'length', 'copied'],
      [
        ...systems.map(({ name, scores }) => [name, ...variety(scores), formatPercent(scores.copied)]),
        ['people, first caption', ...variety(people), '–'],
      ],
      'compared',
    ),
    html`<p class="soft">Vocabulary is how many different words were written, length the mean number of words in a caption; distinct-1 and distinct-2 are different words and pairs of words over all of them. Copied are captions that stand in the training set word for word.</p>\n`,
  );
}

/** A caption, and where its words come from. */
export interface ExplainedCaption {
  caption: Caption;
  maps: WordMaps;
}

interface ExtremesOptions {
  /** The dataset that the pictures are of, where there are several. */
  of?: string | undefined;
  /** The language of all captions. */
  language?: string | undefined;
  /** Tells of the picture with a number where the words of its caption come from, undefined where that is not to be had. */
  explain?: ((i: number) => Promise<ExplainedCaption | undefined>) | undefined;
}

/**
 * The pictures with the best and the worst captions by CIDEr-D, where `explain` is given with maps of their words: the page
 * then has the look of `explainedLook`.
 *
 * @param files of the pictures by name
 * @returns undefined where there is one picture, neither the best nor the worst
 */
export async function extremes(
  captions: readonly string[],
  { captions: references, names }: Pick<CaptionedFeatures, 'captions' | 'names'>,
  files: ReadonlyMap<string, string>,
  { of, language, explain, ...turns }: Turns & ExtremesOptions = {},
): Promise<Html | undefined> {
  const shown = Math.min(EXTREMES, Math.floor(captions.length / 2));
  if (shown === 0) return undefined;
  const scoring = partOf(scoresSteps(captions, references, language), 0, explain ? SCORED : 1);
  const scores = await runInTurns(scoring, turns);
  const ranked = [...captions.keys()].sort((a, b) => scores[b]! - scores[a]!);

  let by: WordMaps['by'] | undefined;
  const figure = async (i: number) => {
    const written = references[i]!;
    const known = new Set(written.flatMap(tokenizerOf(language)));
    const explained = await explain?.(i);
    by ??= explained?.maps.by;
    const words = explained
      ? shownWords(explained.caption).map(({ between, word }) => {
          const isOff = tokenizerOf(language)(word).some((part) => !known.has(part));
          return html`${between}<span${isOff && html` class="off"`}>${word}</span>`;
        })
      : partWords(captions[i]!, language).map((word) =>
          known.has(word) ? html`${word} ` : html`<span class="off">${word}</span> `,
        );
    return html`<figure class="picture">${await pictureOf(names[i]!, files, explained?.maps)}
<figcaption><p class="said">${words}</p><p class="soft">CIDEr ${(100 * scores[i]!).toFixed(0)}</p>
<ul>${written.map((caption) => html`<li>${caption}</li>`)}</ul></figcaption></figure>
`;
  };
  let made = 0;
  const gallery = async (pictures: readonly number[]) => {
    const figures: Html[] = [];
    // A captioner explains one picture at a time.
    for (const i of pictures) {
      turns.signal?.throwIfAborted();
      if (explain) turns.onProgress?.(SCORED + ((1 - SCORED) * made++) / (2 * shown));
      figures.push(await figure(i));
    }
    return html`<div class="pictures">${figures}</div>\n`;
  };
  const best = await gallery(ranked.slice(0, shown));
  const worst = await gallery(ranked.slice(captions.length - shown).reverse());
  return section(
    headingOf('Best and worst', of),
    html`<p>By CIDEr, each caption above what people wrote. <span class="off">Underlined</span> are words that none of them used.${by && ` ${explainedLead(by)}`}</p>\n<h3>Best</h3>\n`,
    best,
    html`<h3>Worst</h3>\n`,
    worst,
  );
}

/** @param of the dataset or the language that it is about, where there are several */
function headingOf(heading: string, of: string | undefined): string {
  return of === undefined ? heading : `${heading}: ${of}`;
}

/** The CIDEr-D of each caption. */
function* scoresSteps(captions: readonly string[], references: References, language?: string): Steps<number[]> {
  const tokenize = tokenizerOf(language);
  const tokenizing = mapSteps(references, (written) => written.map(tokenize));
  const scorer = yield* partOf(CiderScorer.createSteps(yield* partOf(tokenizing, 0, 0.1)), 0.1, 0.4);
  const scores: number[] = [];
  for (const [i, caption] of captions.entries()) {
    scores.push(scorer.score(i, [tokenize(caption)])[0]!.cider);
    yield 0.4 + (0.6 * scores.length) / captions.length;
  }
  return scores;
}

/** Words that people wrote about the pictures and the captioner never did. */
export function missed({ known, unknown, unknownShare }: MissedWords, language?: string): Html {
  const list = (counts: typeof known) =>
    html`<ul class="words">${counts.slice(0, WORDS).map(([word, count]) => html`<li><span>${formatInteger(count)}</span>${word}</li>`)}</ul>\n`;
  return section(
    headingOf('Words missed', language),
    html`<p>${formatInteger(known.length)} words of its vocabulary stand in what people wrote about these pictures, but in none of its captions. The most frequent, with how often people wrote them:</p>\n`,
    list(known),
    unknown.length > 0 &&
      html`<p>${formatInteger(unknown.length)} words are not in its vocabulary, so that it can't write them: ${formatPercent(unknownShare)} of all that people wrote. The most frequent:</p>\n${list(unknown)}`,
  );
}

/**
 * What it wrote about a few pictures at each validation; the same caption again is not repeated.
 *
 * @param files of the pictures by name
 * @returns undefined where nothing was validated yet
 */
export async function stagedSamples(
  { validations }: TrainingLog,
  files: ReadonlyMap<string, string>,
): Promise<Html | undefined> {
  const stages = spread(validations, STAGES);
  const count = Math.max(0, ...stages.map(({ samples }) => samples.length));
  if (count === 0) return undefined;
  const blocks = Array.from({ length: count }, async (_, i) => {
    const name = [...files.keys()].find((id) => stages[0]!.samples[i]?.startsWith(`${id}: `));
    const lines: { epoch: number; caption: string }[] = [];
    for (const { epoch, samples } of stages) {
      const caption = samples[i]?.slice(name === undefined ? 0 : name.length + 2) ?? '';
      if (caption !== lines.at(-1)?.caption) lines.push({ epoch, caption });
    }
    const picture = name !== undefined && (await pictureOf(name, files));
    return html`<figure class="picture">${picture}
<figcaption><ul>${lines.map(({ epoch, caption }) => html`<li><b>${epoch.toFixed(1)}</b> ${caption}</li>`)}</ul></figcaption></figure>
`;
  });
  return html`<p class="soft">From which epoch on it wrote which caption, greedily.</p>
<div class="pictures">${await Promise.all(blocks)}</div>
`;
}

/** @param maps of the words of its caption, where they are shown */
async function pictureOf(name: string, files: ReadonlyMap<string, string>, maps?: WordMaps): Promise<Html> {
  const file = files.get(name);
  const picture = file === undefined ? undefined : await thumbnail(file, maps && EXPLAINED_SIZE);
  if (!picture) return html`<div class="none">${name}</div>`;
  if (maps) return html`<div>${explainedFrame(picture, name, maps)}</div>`;
  return html`<div><img src="${picture.source}" alt="${name}" title="${name}"></div>`;
}

/** A score as papers print it. */
export function hundredfold(score: number): string {
  return (100 * score).toFixed(1);
}
