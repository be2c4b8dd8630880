/**
 * A picture on a page that shows for each word of its caption where it comes from: a smooth map over the picture, drawn
 * by a script from a few values. Knows no captioner.
 */
import { Html, html } from '../report/html.ts';
import type { Thumbnail } from '../report/thumbnail.ts';
import { coveredPart, shownMaps, type WordMaps } from './word-maps.ts';

/** Width by height of the frame that holds a picture. */
const FRAME = 4 / 3;

/** The picture in its frame, with what the script needs. Without a script it is the picture alone. */
export function explainedFrame({ source, width, height }: Thumbnail, alt: string, maps: WordMaps): Html {
  const share = Math.min(1, width / height / FRAME);
  const part = coveredPart(maps, { width, height });
  const inset = [part.top, 1 - part.left - part.width, 1 - part.top - part.height, part.left];
  const values = Buffer.from(shownMaps(maps).flatMap((map) => map.map((value) => Math.round(255 * value))));
  return html`<div class="looked" data-grid="${maps.grid}" data-maps="${values.toString('base64')}"><div style="width:${percent(share)};aspect-ratio:${width}/${height}"><img src="${source}" width="${width}" height="${height}" alt="${alt}" decoding="async"><canvas width="${maps.grid}" height="${maps.grid}" style="inset:${inset.map(percent).join(' ')};width:${percent(part.width)};height:${percent(part.height)}" aria-hidden="true"></canvas></div></div>`;
}

/** How the maps were found, for the page. */
export function explainedLead(by: WordMaps['by']): string {
  const how = {
    attention: 'where the captioner looked before it wrote the word',
    occlusion: 'where the picture must be seen for the word: how much less probable it is where a square is grey',
  };
  return `Point at a word, or step with the arrow keys, to see ${how[by]}.`;
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))}%`;
}

export const EXPLAINED_STYLE = new Html(`
.looked { display: grid; place-items: center; aspect-ratio: 4 / 3; background: var(--faint); border-radius: .3rem;
  overflow: hidden; }
.looked div { position: relative; }
.gallery .looked img { aspect-ratio: auto; border-radius: 0; }
.looked canvas { position: absolute; opacity: 0; transition: opacity .15s; pointer-events: none; }
.looked.shown canvas { opacity: 1; }
.said .step { cursor: pointer; border-radius: .2em; }
.said .step[aria-pressed=true] { outline: 2px solid var(--line-1); outline-offset: 1px; }
.play { margin-left: .5rem; padding: 0 .5rem; border: 1px solid var(--soft); border-radius: .3rem; background: none;
  color: var(--ink); font: inherit; font-size: .85rem; cursor: pointer; }
@media print { .play { display: none; } }
@media (prefers-reduced-motion: reduce) { .looked canvas { transition: none; } }
`);

/** Milliseconds that each word is shown for while they are played. */
const PACE = 900;

/** The colours of a map's values from 0 to 1, with how much of the picture they cover: dark to bright as in magma. */
const COLOURS = [
  [12, 8, 48, 0.62],
  [120, 28, 110, 0.5],
  [230, 80, 60, 0.42],
  [255, 200, 80, 0.4],
];

export const EXPLAINED_SCRIPT = new Html(`
const colours = ${JSON.stringify(COLOURS)};
function colourOf(value) {
  const at = value * (colours.length - 1);
  const i = Math.min(Math.floor(at), colours.length - 2);
  const [from, to] = [colours[i], colours[i + 1]];
  return from.map((one, c) => one + (at - i) * (to[c] - one)).map((one, c) => (c === 3 ? 255 * one : one));
}
for (const frame of document.querySelectorAll('.looked')) {
  const cells = frame.dataset.grid ** 2;
  const maps = Uint8Array.from(atob(frame.dataset.maps), (char) => char.charCodeAt(0));
  const context = frame.querySelector('canvas').getContext('2d');
  const words = [...frame.closest('figure').querySelectorAll('.said > span')];
  if (words.length === 0) continue;
  const play = Object.assign(document.createElement('button'), { type: 'button', className: 'play', textContent: 'Play' });
  words[0].parentElement.append(play);
  let [shown, timer] = [-1, 0];
  function show(word) {
    shown = word;
    for (const [i, each] of words.entries()) each.setAttribute('aria-pressed', i === word);
    frame.classList.toggle('shown', word >= 0);
    if (word < 0) return;
    for (const [i, each] of words.entries()) each.tabIndex = i === word ? 0 : -1;
    const values = maps.subarray(word * cells, (word + 1) * cells);
    context.putImageData(new ImageData(Uint8ClampedArray.from([...values].flatMap((v) => colourOf(v / 255))), frame.dataset.grid), 0, 0);
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = 'Play';
  }
  function next() {
    if (shown + 1 < words.length) return show(shown + 1);
    stop();
    show(-1);
  }
  play.addEventListener('click', () => {
    if (timer) return stop();
    show(0);
    timer = setInterval(next, ${PACE});
    play.textContent = 'Stop';
  });
  for (const [i, word] of words.entries()) {
    word.classList.add('step');
    word.setAttribute('role', 'button');
    word.setAttribute('aria-pressed', false);
    word.tabIndex = i === 0 ? 0 : -1;
    word.addEventListener('pointerenter', () => timer || show(i));
    word.addEventListener('pointerleave', () => timer || word === document.activeElement || show(-1));
    word.addEventListener('click', () => (stop(), show(i), word.focus()));
    word.addEventListener('focus', () => timer || show(i));
    word.addEventListener('blur', () => timer || show(-1));
    word.addEventListener('keydown', (event) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: words.length - 1 }[event.key];
      if (event.key === 'Escape') word.blur();
      if (event.key === ' ' || event.key === 'Enter') play.click();
      if (!words[to] && event.key !== ' ') return;
      event.preventDefault();
      words[to]?.focus();
    });
  }
}
`);
