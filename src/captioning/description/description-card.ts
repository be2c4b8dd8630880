/** A described picture on a page: the picture, its caption with each word shaded by how sure it is, further captions. */
import { shadedWord } from '../../report/certainty.ts';
import { type Html, html } from '../../report/html.ts';
import { formatPercent } from '../../report/page.ts';
import { thumbnail } from '../../report/thumbnail.ts';
import type { Tag } from '../../vision/classifier.ts';
import type { Caption } from '../caption.ts';
import type { DescribedPicture } from '../describe.ts';
import { explainedFrame } from '../explained/explained-frame.ts';
import type { WordMaps } from '../explained/word-maps.ts';
import { shownWords, sureness } from './shown-caption.ts';

/** Pixels of the longer side of a picture on the page, whose columns are about as wide. */
const SIZE = 320;

/** What a page shows of a described picture. */
export interface PictureOnPage extends Omit<DescribedPicture, 'features'> {
  /** What the CNN's classifier sees, likeliest first. */
  tags?: readonly Tag[];
}

/** @param minConfidence a caption that is less sure is not given as the picture's */
export async function descriptionCard(
  { name, source, captions, tags, wordMaps }: PictureOnPage,
  minConfidence = 0,
): Promise<Html> {
  const [best, ...others] = captions as [Caption, ...Caption[]];
  const said = (best.confidence ?? 1) >= minConfidence;
  const alt = said ? best.caption : 'not described: the captioner is not sure';
  return html`<li data-sure="${sureness(best).toFixed(4)}"><figure>
${await framedPicture(source, alt, said ? wordMaps : undefined)}
<figcaption><p class="said">${said ? shaded(best) : '(not sure)'}</p>
<p class="soft file">${fileName(name)}</p>
${tags && tagsOf(tags)}<details><summary>${figureOf(best)}<span class="more">${said ? more(others.length) : 'what it would say'}</span></summary>
${said ? unfolded(best, others) : listOf(captions)}</details></figcaption></figure></li>`;
}

/** A small copy of a picture, with where its words come from if that is told, or what says that there is none. */
export async function framedPicture(
  source: DescribedPicture['source'],
  alt: string,
  maps?: WordMaps | undefined,
): Promise<Html> {
  const picture = await thumbnail(source, SIZE);
  if (picture && maps) return explainedFrame(picture, alt, maps);
  return picture
    ? html`<img src="${picture.source}" width="${picture.width}" height="${picture.height}" alt="${alt}" decoding="async">`
    : html`<div class="none">can not be shown</div>`;
}

function shaded(caption: Caption): Html | string {
  if (caption.words.length === 0) return '(no words)';
  const parts = shownWords(caption).map(
    ({ between, word, probability }) => html`${between}${shadedWord(word, probability)}`,
  );
  return html`${parts}`;
}

function more(others: number): string {
  return others === 0 ? 'word by word' : `${others} more`;
}

/** The other captions, and the figure of each word of the best. */
function unfolded(best: Caption, others: readonly Caption[]): Html {
  const figures = shownWords(best).map(
    ({ word, probability }) => html`<li>${word} <span>${percent(probability)}</span></li> `,
  );
  return html`${others.length > 0 && listOf(others)}<ul class="figures">${figures}</ul>`;
}

function listOf(captions: readonly Caption[]): Html {
  return html`<ol>${captions.map((one) => html`<li>${shaded(one)} ${figureOf(one)}</li>`)}</ol>\n`;
}

function tagsOf(tags: readonly Tag[]): Html {
  const shares = tags.map((tag, i) => html`${i > 0 && ', '}${tag.name} <span>${percent(tag.probability)}</span>`);
  return html`<p class="soft tags">${shares}</p>
`;
}

/** A picture's name, which may be broken where a folder ends. */
export function fileName(name: string): Html {
  const parts = name === '-' ? ['standard input'] : name.split(/(?<=[^/\\][/\\])/);
  return html`${parts.map((part, i) => html`${i > 0 && html`<wbr>`}${part}`)}`;
}

/** How sure a caption is, in figures and as a bar. */
function figureOf(caption: Caption): Html {
  const share = sureness(caption);
  const figure = caption.confidence === undefined ? `${share.toFixed(2)} a word` : `confidence ${percent(share)}`;
  return html`<span class="sure">${figure} <i style="--share:${share.toFixed(2)}"></i></span> `;
}

/** Per cent, without decimals where they would pretend to be known. */
function percent(share: number): string {
  return share < 0.01 ? formatPercent(share) : `${Math.round(100 * share)} %`;
}
