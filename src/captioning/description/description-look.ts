/** The style of a page of described pictures, and the script that finds and sorts them. Knows no captions. */
import { CERTAINTY_STYLE } from '../../report/certainty.ts';
import { Html } from '../../report/html.ts';

/** Pictures out of sight are neither laid out nor decoded: thousands of them scroll as few do. */
export const DESCRIPTION_STYLE = new Html(`
body { max-width: 100rem; }
[hidden] { display: none !important; }
.tools { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center;
  margin: 1.5rem 0 0; padding: .6rem 0; background: var(--page); border-bottom: 1px solid var(--rule); }
.tools label { display: flex; gap: .5rem; align-items: center; }
.tools input, .tools select { padding: .25rem .5rem; border: 1px solid var(--soft); border-radius: .3rem;
  background: var(--page); color: var(--ink); font: inherit; }
.tools input { width: min(16rem, 50vw); }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: 2rem 1.5rem;
  margin: 1.5rem 0; padding: 0; list-style: none; }
.gallery > li { content-visibility: auto; contain-intrinsic-size: auto 20rem; scroll-margin-top: 4rem; }
.gallery figure { margin: 0; }
.gallery img, .gallery .none { display: block; box-sizing: border-box; width: 100%; height: auto; aspect-ratio: 4 / 3;
  object-fit: contain; background: var(--faint); border-radius: .3rem; }
.gallery .none { display: grid; place-items: center; color: var(--soft); }
.gallery p { margin: .5rem 0 0; }
.gallery .said { font-size: 1.05rem; line-height: 1.5; }
.gallery .file, .gallery .tags { margin-top: .2rem; font-size: .8rem; }
.sure { white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft); }
.sure i { display: inline-block; margin: 0 .3rem; width: 2.5rem; height: .45em; border-radius: .3em;
  background: linear-gradient(var(--line-1) 0 0) 0 / calc(100% * var(--share)) no-repeat var(--rule); }
.gallery details { margin-top: .2rem; font-size: .85rem; color: var(--soft); }
.gallery details ol { margin: .4rem 0; padding: 0; list-style: none; }
.gallery details ol li { margin: .25rem 0; color: var(--ink); }
.figures { display: flex; flex-wrap: wrap; gap: 0 .8rem; margin: .4rem 0; padding: 0; list-style: none;
  font-variant-numeric: tabular-nums; }
.figures li { color: var(--ink); }
.figures span { color: var(--soft); }
.unread li { margin: .3rem 0; }
@media (max-width: 34rem) { .tools { position: static; } }
@media print {
  body { max-width: none; padding: 0; }
  .tools, .more { display: none; }
  .gallery summary { list-style: none; }
  .gallery { grid-template-columns: repeat(3, 1fr); gap: 1rem; }
  .gallery > li { content-visibility: visible; break-inside: avoid; }
}
${CERTAINTY_STYLE}`);

/** Which pictures are shown for what was typed, and in which order: functions of { text, name, sure, place }. */
export const FINDING = `
const wordsOf = (text) => text.toLowerCase().split(/\\s+/).filter(Boolean);
const matches = ({ text }, query) => wordsOf(query).every((word) => text.includes(word));
const collator = new Intl.Collator(undefined, { numeric: true });
const orders = {
  given: (a, b) => a.place - b.place,
  surest: (a, b) => b.sure - a.sure || a.place - b.place,
  unsure: (a, b) => a.sure - b.sure || a.place - b.place,
  name: (a, b) => collator.compare(a.name, b.name) || a.place - b.place,
};
`;

/** Without it all pictures are there, in the order in which they were given. */
export const DESCRIPTION_SCRIPT = new Html(`${FINDING}
const gallery = document.getElementById('pictures');
const [tools, query, order, found] = ['tools', 'query', 'order', 'found'].map((id) => document.getElementById(id));
const pictures = [...gallery.children].map((item, place) => {
  const name = item.querySelector('.file').textContent;
  const captions = [...item.querySelectorAll('.said, .tags, ol')].map((part) => part.textContent).join(' ');
  return { item, place, name, sure: Number(item.dataset.sure), text: (name + ' ' + captions).toLowerCase() };
});
function show() {
  const shown = pictures.filter((picture) => matches(picture, query.value)).sort(orders[order.value]);
  gallery.replaceChildren(...shown.map(({ item }) => item));
  const counts = [shown.length, pictures.length].map((count) => count.toLocaleString('en'));
  found.textContent = shown.length === pictures.length ? '' : counts.join(' of ') + ' pictures';
}
query.addEventListener('input', show);
order.addEventListener('change', show);
tools.hidden = pictures.length < 2;
`);
