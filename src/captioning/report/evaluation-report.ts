/** The report of one evaluation: scores, the best and the worst captions, words missed, how they were written. */
import { writeFileAtomically } from '../../base/files.ts';
import type { Turns } from '../../base/steps.ts';
import type { CaptionDataset, Split } from '../../datasets/dataset.ts';
import { diversity } from '../../metrics/diversity.ts';
import { tokenizerOf } from '../../metrics/language-words.ts';
import { Html, html } from '../../report/html.ts';
import { facts, formatInteger, formatPercent, page, section } from '../../report/page.ts';
import type { Vocabulary } from '../../text/vocabulary.ts';
import type { CaptionedFeatures } from '../batch.ts';
import type { DecodingOptions } from '../caption.ts';
import { confidenceSection } from '../confidence/report.ts';
import type { MeasuredConfidence } from '../confidence/scores.ts';
import { decodingFacts, modelsFact } from '../decoding-in-words.ts';
import type { PictureScores } from '../evaluate.ts';
import { explainedLook } from '../explained/explained-frame.ts';
import { picturesOf } from '../features.ts';
import { missedWords } from './missed-words.ts';
import { type ExplainedCaption, extremes, missed, scoresInWords, scoreTable } from './report-sections.ts';

/** What was evaluated, and what came of it. */
export interface CaptionEvaluation extends PictureScores {
  dataset: CaptionDataset;
  split: Split;
  /** Those that were described, in the order of their captions. */
  pictures: Pick<CaptionedFeatures, 'captions' | 'names'>;
  /** The folders of the models, which wrote together where there are several. */
  models: readonly string[];
  vocabulary: Vocabulary;
  decoding: DecodingOptions;
  /** The share of the captions that are in the training set, word for word, where the dataset has one. */
  copied?: number | undefined;
  /** Where the captions come with one. */
  confidence?: MeasuredConfidence | undefined;
  /** Tells where the words of a picture's caption come from, by the picture's number: for the pictures that are shown. */
  explain?: ((i: number) => Promise<ExplainedCaption | undefined>) | undefined;
}

/** Pictures under maps are larger than those that are only looked at, and on narrow pages stand above their captions. */
const EXPLAINED_PICTURES = `
.picture { grid-template-columns: 240px 1fr; }
@media (max-width: 36rem) { .picture { grid-template-columns: 1fr; } }
`;

/** @throws InputError when the file can't be written; the signal's reason */
export async function writeCaptionEvaluation(
  file: string,
  evaluation: CaptionEvaluation,
  turns: Turns = {},
): Promise<void> {
  const { dataset, split, pictures, captions, scores, vocabulary, explain } = evaluation;
  const { language } = evaluation.decoding;
  const files = new Map(picturesOf(dataset, split).map((picture) => [picture.id, picture.file]));
  const look = explain && (await explainedLook());
  const content = page(
    `Captions of ${dataset.name}`,
    html`${scoresInWords(dataset.name, split, captions.length, scores)}.`,
    [
      section('Scores', scoreTable([{ name: 'captions', scores }]), variety(evaluation)),
      await extremes(captions, pictures, files, { language, explain, ...turns }),
      missed(missedWords(captions, pictures.captions, vocabulary, language), language),
      evaluation.confidence && confidenceSection(evaluation.confidence),
      section('How they were written', howWritten(evaluation)),
      look?.script,
    ],
    look && new Html(`${look.style.text}${EXPLAINED_PICTURES}`),
  );
  await writeFileAtomically(file, content);
}

/** How varied the captions are, beside the first that people wrote about each picture. */
function variety({ captions, scores, pictures, decoding, copied }: CaptionEvaluation): Html {
  const tokenize = tokenizerOf(decoding.language);
  const people = diversity(pictures.captions.map(([first = '']) => tokenize(first)));
  const different = Math.round(scores.distinctCaptions * captions.length);
  const known = copied !== undefined && html`; ${formatPercent(copied)} stand in the training set word for word`;
  return html`<p>They use ${formatInteger(scores.vocabulary)} different words (people ${formatInteger(people.vocabulary)}) and have ${scores.meanLength.toFixed(1)} words on average (people ${people.meanLength.toFixed(1)}). Of the ${formatInteger(captions.length)} captions ${formatInteger(different)} (${formatPercent(scores.distinctCaptions)}) are different ones${known}.</p>\n`;
}

function howWritten({ models, vocabulary, decoding }: CaptionEvaluation): Html {
  return facts([
    modelsFact(models),
    ['Vocabulary', `${formatInteger(vocabulary.size)} words`],
    ...decodingFacts(decoding),
  ]);
}
