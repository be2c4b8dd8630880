/**
 * A text coloured by how much each of its tokens surprised a model, as one page with nothing loaded from elsewhere. Knows no
 * model: the figures are given.
 */
import { SURPRISE_LEVELS, surpriseLevel } from '../report/colours.ts';
import { type Html, html } from '../report/html.ts';
import { facts, formatInteger, page, section } from '../report/page.ts';
import { probabilityInWords, SURPRISE_STYLE, surpriseName } from '../report/surprise.ts';
import { visible } from '../report/visible.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import type { Score } from './score.ts';

/** A token as it is shown. */
export interface ShownToken {
  text: string;
  logProb: number;
  /** The likeliest tokens in its place, best first. */
  alternatives: readonly { token: string; logProb: number }[];
}

export interface ScoredText {
  name: string;
  score: Score;
  /** The beginning of the text, as much of it as is shown. */
  shown: readonly ShownToken[];
}

/** The tokens with the highest log-probabilities, best first. */
export function likeliest(logProbs: Float32Array, count: number, { tokens }: Vocabulary): ShownToken['alternatives'] {
  const best: { token: string; logProb: number }[] = [];
  for (const [id, logProb] of logProbs.entries()) {
    if (best.length === count && logProb <= best[count - 1]!.logProb) continue;
    const place = best.findIndex((other) => logProb > other.logProb);
    best.splice(place === -1 ? best.length : place, 0, { token: tokens[id]!, logProb });
    best.length = Math.min(best.length, count);
  }
  return best;
}

/** The page. @param unit what a token is called */
export function scorePage(model: string, unit: string, texts: readonly ScoredText[]): string {
  const steps = Array.from({ length: SURPRISE_LEVELS + 1 }, (_, level) => level);
  const lead = `How probable each ${unit} was to the model ${model} before it read it. Point at one to see its probability, and what was expected in its place.`;
  const legend = html`<p class="surprise">Probability ${steps.map((level) => html`<span class="s${level}"> ${surpriseName(level)} </span>`)}</p>`;
  const sections = texts.map(({ name, score, shown }) =>
    section(name, figures(score, unit), text(shown), shown.length < score.tokens && rest(shown.length, score, unit)),
  );
  return page('How surprising a text is', lead, [legend, sections], SURPRISE_STYLE);
}

function figures({ tokens, unknown, logProb, nats, bits, perplexity }: Score, unit: string): Html {
  return facts([
    ['log p', `${logProb.toFixed(1)} nats`],
    [`Per ${unit}`, `${nats.toFixed(4)} nats, ${bits.toFixed(4)} bits`],
    ['Perplexity', perplexity.toPrecision(4)],
    [
      `${unit.charAt(0).toUpperCase()}${unit.slice(1)}s`,
      `${formatInteger(tokens)}, ${formatInteger(unknown)} of them unknown`,
    ],
  ]);
}

function text(shown: readonly ShownToken[]): Html {
  const spans = shown.map((token) => {
    const title = `${probabilityInWords(token.logProb)}; likeliest: ${token.alternatives
      .map(({ token, logProb }) => `${JSON.stringify(token)} ${probabilityInWords(logProb)}`)
      .join(', ')}`;
    return html`<span class="s${surpriseLevel(token.logProb)}" title="${title}">${visible(token.text)}</span>`;
  });
  return html`<pre class="surprise">${spans}</pre>\n`;
}

function rest(shown: number, { tokens }: Score, unit: string): Html {
  return html`<p class="soft">These are the first ${formatInteger(shown)} ${unit}s; the figures are of all ${formatInteger(tokens)}.</p>\n`;
}
