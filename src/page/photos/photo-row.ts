/** The row of a photo: a small copy, its caption word by word, how sure that is, and what can be done with it. */
import { shownWords, sureness } from '../../captioning/description/shown-caption.ts';
import type { Caption, Description } from '../../server/api.ts';
import { button, element, fill } from '../elements.ts';
import { percent, shadedCaption } from '../shaded-words.ts';
import { copyButton } from './copy-button.ts';
import type { Photo } from './photo.ts';
import { hideWhere, showWhere } from './show-where.ts';
import { drawThumbnail } from './thumbnail.ts';
import { whereButton } from './where-button.ts';

export interface PhotoRow {
  readonly item: HTMLLIElement;
  /** Shows what has become of the photo. */
  show(): void;
  /** Gives up what is asked for it. */
  leave(): void;
}

interface PhotoActions {
  remove: () => void;
  again: () => void;
  /** Asks for the description with where the words of its caption come from. */
  explain: (signal: AbortSignal) => Promise<Description>;
}

/** Makes the row, which shows what the photo's state is when `show` is called. */
export function photoRow(photo: Photo, { remove, again, explain }: PhotoActions): PhotoRow {
  const { name } = photo;
  const canvas = element('canvas', { role: 'img', 'aria-label': name });
  const frame = element('div', { class: 'thumbnail' }, canvas);
  const content = element('div', { class: 'content' });
  const sure = element('div', { class: 'sure' });
  const actions = element('div', { class: 'actions' });
  const item = element('li', { class: 'photo' }, frame, content, sure, actions);
  const file = () => element('p', { class: 'soft file' }, name);
  const removing = () => button('Remove', remove, { 'aria-label': `Remove ${name}` });

  const leaving = new AbortController();

  function showExplained(description: Description): void {
    photo.state = { kind: 'described', description };
    show();
  }

  function showDescription(description: Description): void {
    const { caption, candidates, where } = description;
    const [best, ...others] = candidates;
    if (caption === null || !best) {
      fill(content, element('p', { class: 'said' }, '(not sure)'), file());
      fill(actions, removing());
      return;
    }
    canvas.setAttribute('aria-label', caption);
    const said = element('p', { class: 'said' }, ...shadedCaption(best));
    fill(
      content,
      said,
      where && canvas.isConnected && showWhere(where, frame, canvas, said),
      file(),
      tagsOf(description),
      more(best, others),
    );
    fill(sure, ...figureOf(best));
    const canBeExplained = !where && canvas.isConnected && best.words.length > 0;
    const asking = { explain, signal: leaving.signal, show: showExplained };
    fill(actions, copyButton(caption), canBeExplained && whereButton(caption, content, asking), removing());
  }

  function show(): void {
    const { state } = photo;
    item.dataset['state'] = state.kind;
    item.ariaBusy = String(state.kind === 'waiting' || state.kind === 'looking');
    fill(sure);
    hideWhere(frame, canvas);
    if (state.kind === 'described') return showDescription(state.description);
    if (state.kind === 'failed') {
      fill(content, element('p', { class: 'problem' }, state.reason), file());
      fill(actions, button('Try again', again, { 'aria-label': `Try again: ${name}` }), removing());
      return;
    }
    fill(content, element('p', { class: 'said soft' }, state.kind === 'waiting' ? 'waiting …' : 'looking …'), file());
    fill(actions, removing());
  }

  show();
  queueMicrotask(async () => {
    if (await drawThumbnail(photo.file, canvas)) return;
    const none = element('div', { class: 'none', 'aria-hidden': 'true' }, 'no preview');
    canvas.replaceWith(none);
    show(); // there is nothing that a map can lie over
  });
  return { item, show, leave: () => leaving.abort() };
}

/** What the CNN sees in the photo, where the server tells it. */
function tagsOf({ tags = [] }: Description): HTMLElement | undefined {
  if (tags.length === 0) return undefined;
  const items = tags.map((tag) => element('li', {}, tag.name, ' ', element('span', {}, percent(tag.probability))));
  return element('ul', { class: 'figures', 'aria-label': 'Tags' }, ...items);
}

/** The other captions, and the figure of each word of the best. */
function more(best: Caption, others: readonly Caption[]): HTMLElement {
  const what = others.length === 0 ? 'word by word' : `${others.length} more`;
  const figures = shownWords(best).map(({ word, probability }) =>
    element('li', {}, word, ' ', element('span', {}, percent(probability))),
  );
  const items = others.map((other) => element('li', {}, ...shadedCaption(other), ' ', ...figureOf(other)));
  return element(
    'details',
    {},
    element('summary', {}, what),
    items.length > 0 && element('ol', {}, ...items),
    element('ul', { class: 'figures', 'aria-label': 'How sure each word is' }, ...figures),
  );
}

/** How sure a caption is, in figures and as a bar. */
function figureOf(caption: Caption): HTMLElement[] {
  const share = sureness(caption);
  const figure = caption.confidence === undefined ? `${share.toFixed(2)} a word` : percent(share);
  const bar = element('i');
  bar.style.setProperty('--share', share.toFixed(2));
  const title = caption.confidence === undefined ? 'mean probability of a word' : 'confidence';
  return [element('span', { class: 'figure', title }, bar, element('span', { class: 'unseen' }, `${title} `), figure)];
}
