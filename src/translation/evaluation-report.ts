/**
 * What a translator is worth, as a page of its own and as a part of its training's report: what it writes, where it looks,
 * its best and worst. Knows nothing of training.
 */
import { writeFileAtomically } from '../base/files.ts';
import { mapSteps, partOf, runInTurns, type Steps, type Turns } from '../base/steps.ts';
import { sentenceBleu } from '../metrics/bleu.ts';
import { countNgrams } from '../metrics/ngrams.ts';
import { type Html, type HtmlValue, html } from '../report/html.ts';
import { formatInteger, htmlTable, page, section } from '../report/page.ts';
import { splitWords } from '../text/words.ts';
import { bleuOfSteps, type TranslationEvaluation } from './evaluate.ts';
import type { Pair, PairData } from './pairs.ts';
import type { Alignment, TranslatingOptions, Translation, Translator } from './translator.ts';
import { bleuWords } from './words.ts';

/** Pairs that are shown from all over the data. */
const SHOWN = 12;
/** Best and worst translations that are shown, each. */
const EXTREMES = 8;
/** Words by which sources are longer from one row of the table of lengths to the next. */
const LONGER = 10;

/** A pair with what was written of its source. */
interface Translated {
  pair: Pair;
  translation: Translation;
}

/**
 * Writes what an evaluation came to.
 *
 * @param options that the translations were written with
 * @throws InputError when the file can't be written; the signal's reason
 */
export async function writeTranslationEvaluation(
  file: string,
  translator: Translator,
  { name, examples }: PairData,
  { pairs, bleu, loss, perplexity, translations }: TranslationEvaluation,
  { beam }: TranslatingOptions,
  turns: Turns = {},
): Promise<void> {
  const decoding = beam === 1 ? 'greedily' : `by a beam search of ${beam} hypotheses`;
  const lead = html`<strong>BLEU ${bleu.toFixed(2)}</strong> on ${formatInteger(pairs)} pairs, loss ${loss.toFixed(4)}, perplexity ${perplexity.toFixed(2)}; written ${decoding}.`;
  const sections = await runInTurns(translationSectionsSteps(translator, examples, translations), turns);
  await writeFileAtomically(file, page(`Translations of ${name}`, lead, sections, TRANSLATION_STYLE));
}

/** The sections of a page with `TRANSLATION_STYLE` that say what was written of pairs, one of them at least. */
export function* translationSectionsSteps(
  translator: Translator,
  pairs: readonly Pair[],
  translations: readonly Translation[],
): Steps<HtmlValue[]> {
  const translated = pairs.map((pair, i) => ({ pair, translation: translations[i]! }));
  return [
    yield* partOf(examples(translator, translated), 0, 0.3),
    yield* partOf(extremes(translator, translated), 0.3, 0.7),
    yield* partOf(lengths(translated), 0.7, 1),
  ];
}

/** What was written of pairs from all over the data, whatever it is worth, with where it looked. */
function* examples(translator: Translator, translated: readonly Translated[]): Steps<Html> {
  const step = Math.max(1, Math.floor(translated.length / SHOWN));
  const shown = translated.filter((_, i) => i % step === 0).slice(0, SHOWN);
  return section(
    'What it writes',
    html`<p>Each translation stands between its source and its reference. <span class="off">Underlined</span> are words that the reference does not have.</p>\n`,
    translator.model.decoder.attention &&
      html`<p>Each row of a table is a word that was written; the stronger the shade below a word of the source, the more it was looked at.</p>\n`,
    beside(yield* mapSteps(shown, (one) => article(translator, one, { open: true }))),
  );
}

/** The translations that are most and least like their references. */
function* extremes(translator: Translator, translated: readonly Translated[]): Steps<Html | false> {
  const count = Math.min(EXTREMES, Math.floor(translated.length / 2));
  if (count === 0) return false;
  const scoring = mapSteps(translated, ({ pair, translation }) => {
    const [words, reference] = [bleuWords(translation.text), bleuWords(pair.target)];
    const bleu = 100 * sentenceBleu(countNgrams(words), [countNgrams(reference)]);
    return { pair, translation, bleu, length: reference.length };
  });
  // Where they are equally good, more was to be translated in the longer one.
  const scored = yield* partOf(scoring, 0, 0.5);
  const ranked = scored.sort((a, b) => b.bleu - a.bleu || b.length - a.length);
  const articles = function* (shown: typeof ranked): Steps<Html> {
    const noted = mapSteps(shown, (one) => article(translator, one, { note: html` · BLEU ${one.bleu.toFixed(0)}` }));
    return beside(yield* partOf(noted, 0.5, 1));
  };
  return section(
    'Best and worst',
    html`<p>By the BLEU of each sentence, with one added to the counts of its runs of several words.</p>\n<h3>Best</h3>\n`,
    yield* articles(ranked.slice(0, count)),
    html`<h3>Worst</h3>\n`,
    yield* articles(ranked.slice(-count).reverse()),
  );
}

/** What translations are worth by the length of their source. */
function* lengths(translated: readonly Translated[]): Steps<Html> {
  const ranging = mapSteps(translated, ({ pair }) => Math.ceil(bleuWords(pair.source).length / LONGER));
  const rangeOf = yield* partOf(ranging, 0, 0.2);
  const ranges = [...new Set(rangeOf)].sort((a, b) => a - b);
  const words = function* (texts: readonly string[]): Steps<string> {
    const counts = yield* mapSteps(texts, (text) => bleuWords(text).length);
    return formatInteger(counts.reduce((sum, count) => sum + count, 0));
  };
  const row = function* (name: string, some: readonly Translated[]): Steps<string[]> {
    const [pairs, translations] = [some.map(({ pair }) => pair), some.map(({ translation }) => translation)];
    return [
      name,
      formatInteger(some.length),
      (yield* bleuOfSteps(pairs, translations)).toFixed(1),
      yield* words(translations.map(({ text }) => text)),
      yield* words(pairs.map(({ target }) => target)),
    ];
  };
  const rows = [yield* partOf(row('all', translated), 0.2, 0.6)];
  for (const range of ranges) {
    const some = translated.filter((_, i) => rangeOf[i] === range);
    rows.push(yield* partOf(row(`${LONGER * (range - 1) + 1} to ${LONGER * range}`, some), 0.6, 1));
  }
  return section(
    'Short and long sources',
    htmlTable(['words of the source', 'pairs', 'BLEU', 'words written', 'words of the references'], rows, 'compared'),
  );
}

/** Translations beside one another, as many as have room. */
function beside(articles: readonly Html[]): Html {
  return html`<div class="translations">${articles}</div>\n`;
}

/** @param open whether the table of where it looked is shown at once */
function article(
  translator: Translator,
  { pair: { source, target }, translation: { text } }: Translated,
  { note, open = false }: { note?: Html; open?: boolean },
): Html {
  const known = new Set(bleuWords(target));
  const words = splitWords(text).map((word) =>
    known.has(word.trim().toLowerCase()) ? word : html`<span class="off">${word}</span>`,
  );
  const alignment = translator.align(source, text);
  return html`<article>
<p>${source}<br><strong>${words}</strong><br><span class="soft">${target}${note}</span></p>
${alignment && html`<details${open && html` open`}><summary class="soft">where it looked</summary>\n${alignmentTable(alignment)}</details>`}
</article>
`;
}

function alignmentTable({ source, target, weights }: Alignment): Html {
  const cells = (row: readonly number[]) =>
    row.map((weight, j) => {
      const percent = Math.round(100 * weight);
      return html`<td style="--looked: ${percent}%" title="${source[j]!}: ${percent} %"></td>`;
    });
  return html`<div class="scroll" tabindex="0"><table class="upright alignment">
<thead><tr><td></td>${source.map((word) => html`<th scope="col"><span>${word.trim()}</span></th>`)}</tr></thead>
<tbody>${target.map((word, t) => html`<tr><th scope="row">${word.trim() || 'end'}</th>${cells(weights[t]!)}</tr>\n`)}</tbody>
</table></div>
`;
}

export const TRANSLATION_STYLE = html`
/* Where a sentence is long, so is its table, which then scrolls. */
.translations { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1.25rem 2rem; }
.translations article { min-width: 0; }
.alignment th, .alignment td { border: 0; padding: .1rem .2rem; }
.alignment tbody th { padding: .1rem .75rem .1rem 0; }
.alignment td { min-width: 1.4rem; background: color-mix(in srgb, var(--ink) var(--looked), transparent); }
`;
