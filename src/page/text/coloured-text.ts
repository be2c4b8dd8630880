/** A text whose tokens have colours, and of each of which something can be read: by mouse, finger or arrow keys. */
import { visible } from '../../report/visible.ts';
import { element, fill } from '../elements.ts';

export interface ColouredToken {
  text: string;
  /** What is told of it, when it is pointed at. */
  figures: string;
  /** A class, or a colour. */
  look: { className: string } | { background: string };
}

/** @param label what the text is, for those who do not see the colours */
export function colouredText(label: string, tokens: readonly ColouredToken[]): HTMLElement {
  const spans = tokens.map(({ text, look }) => {
    const span = document.createElement('span');
    span.textContent = visible(text);
    if ('className' in look) span.className = look.className;
    else span.style.background = look.background;
    return span;
  });
  const text = element('pre', { class: 'surprise', tabindex: 0, role: 'application', 'aria-label': label }, ...spans);
  const told = element(
    'p',
    { class: 'told', role: 'status' },
    'Point at the text, or use the arrow keys in it, to see the figures.',
  );
  const places = new Map<Node, number>(spans.map((span, place) => [span, place]));
  let chosen = -1;

  function choose(place: number): void {
    const token = tokens[place];
    if (!token || place === chosen) return;
    spans[chosen]?.classList.remove('chosen');
    chosen = place;
    spans[place]!.classList.add('chosen');
    fill(told, element('code', {}, JSON.stringify(token.text)), ` ${token.figures}`);
  }

  text.addEventListener('pointermove', ({ target }) => choose(places.get(target as Node) ?? -1));
  text.addEventListener('click', ({ target }) => choose(places.get(target as Node) ?? -1));
  text.addEventListener('keydown', (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 20, ArrowUp: -20 }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    choose(Math.max(0, Math.min(tokens.length - 1, chosen + move)));
    spans[chosen]?.scrollIntoView({ block: 'nearest' });
  });
  return element('div', { class: 'coloured' }, told, text);
}
