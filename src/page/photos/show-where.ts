/** Shows over a photo where the words of its caption come from, as on the page of `describe --html`. Asks for nothing. */
import { explainedLead, frameLayout, mapBytes, mapsOf } from '../../captioning/explained/shown-maps.ts';
import type { Where } from '../../server/api.ts';
import { element, fill } from '../elements.ts';
import { stepThrough } from '../explained/step-through.ts';

/**
 * Puts the maps over the small copy of a photo, and makes the words of its caption steps.
 *
 * @param said the caption, a span for each word; it gets a button that plays them
 * @returns what tells the reader what is seen
 */
export function showWhere(where: Where, frame: Element, picture: HTMLCanvasElement, said: Element): HTMLElement {
  const maps = mapsOf(where);
  const { grid } = maps;
  const layout = frameLayout(maps, picture);
  const canvas = element('canvas', { class: 'map', width: grid, height: grid, 'aria-hidden': 'true' });
  Object.assign(canvas.style, layout.map);
  const held = element('div', {}, picture, canvas);
  held.style.width = layout.width;
  fill(frame, held);
  frame.classList.add('looked');
  const words = [...said.querySelectorAll<HTMLElement>(':scope > span')];
  if (words.length > 0) said.append(stepThrough({ frame, canvas, words, maps: mapBytes(maps) }));
  return element('p', { class: 'soft' }, explainedLead(maps.by));
}

/** Shows the photo as it was. */
export function hideWhere(frame: Element, picture: Element): void {
  if (!frame.classList.contains('looked')) return;
  frame.classList.remove('looked', 'shown');
  fill(frame, picture);
}
