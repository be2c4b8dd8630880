/** The pictures that were found for a text, side by side on a page that loads nothing from elsewhere. */
import { type Html, html } from '../../report/html.ts';
import { page } from '../../report/page.ts';
import { fileName, framedPicture } from '../description/description-card.ts';
import { DESCRIPTION_STYLE } from '../description/description-look.ts';
import type { Match, Query } from './search.ts';

const LEAD =
  'The figures are log p(text | picture) - log p(text) in nats: above 0, the text is likelier for the picture than for no picture in particular.';

/**
 * @param text that was looked for
 * @param unknown words of it that were left out
 * @throws the signal's reason
 */
export async function searchPage(
  text: string,
  matches: readonly Match[],
  { unknown = [], signal }: Partial<Pick<Query, 'unknown'>> & { signal?: AbortSignal } = {},
): Promise<string> {
  const leftOut = unknown.length > 0 && ` Left out, as the captioner does not know it: ${unknown.join(', ')}.`;
  const cards: Html[] = [];
  for (const { name, source, score } of matches) {
    signal?.throwIfAborted();
    cards.push(html`<li><figure>
${await framedPicture(source, name)}
<figcaption><p class="said">${score.toFixed(2)}</p>
<p class="soft file">${fileName(name)}</p></figcaption></figure></li>
`);
  }
  return page(
    `Pictures for “${text}”`,
    html`${LEAD}${leftOut}`,
    [html`<ol class="gallery" role="list">\n${cards}</ol>`],
    DESCRIPTION_STYLE,
  );
}
