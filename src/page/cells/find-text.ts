/** Finds what is typed in the text, and goes from one place to the next. */
import type { Stretch } from '../../language/cells/on-cells.ts';
import { button, element, fill, withLabel } from '../elements.ts';
import type { PageText } from './page-text.ts';

/** Places that are counted at most. */
const MOST = 100_000;

/** @param onFound called with all places @param goTo shows a place */
export function findText(
  text: PageText,
  onFound: (hits: readonly Stretch[]) => void,
  goTo: (hit: Stretch) => void,
): HTMLElement {
  const query = element('input', { type: 'search', autocomplete: 'off', spellcheck: 'false' });
  const status = element('span', { class: 'soft', role: 'status' });
  const [back, on] = [button('‹', () => step(-1)), button('›', () => step(1))];
  back.ariaLabel = 'The place before';
  on.ariaLabel = 'The next place';
  let hits: readonly Stretch[] = [];
  let at = 0;

  function step(by: number): void {
    if (hits.length === 0) return;
    at = (at + by + hits.length) % hits.length;
    goTo(hits[at]!);
    fill(status, `${(at + 1).toLocaleString('en')} of ${count(hits)}`);
  }

  query.addEventListener('input', () => {
    hits = stretchesWith(text, query.value);
    at = -1;
    back.disabled = on.disabled = hits.length === 0;
    onFound(hits);
    if (hits.length > 0) step(1);
    else fill(status, query.value === '' ? '' : 'not there');
  });
  query.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
  });
  back.disabled = on.disabled = true;
  return element('div', { class: 'tool', role: 'search' }, withLabel('Find in the text', query), back, on, status);
}

function count({ length }: readonly unknown[]): string {
  return `${length.toLocaleString('en')}${length === MOST ? '+' : ''}`;
}

/** Where something stands in the text, by tokens; letters are alike whether they are capitals or not, unless one is typed. */
export function stretchesWith(text: PageText, query: string): Stretch[] {
  if (query === '') return [];
  const where = query === query.toLowerCase() ? text.small : text.text;
  const found: Stretch[] = [];
  for (let unit = where.indexOf(query); unit >= 0 && found.length < MOST; ) {
    found.push({ start: text.tokenAt(unit), end: text.tokenAt(unit + query.length - 1) + 1 });
    unit = where.indexOf(query, unit + query.length);
  }
  return found;
}
