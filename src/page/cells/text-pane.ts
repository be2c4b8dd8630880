/**
 * The text in a pane that scrolls: a canvas as large as what is seen of it, on which only that is drawn. Tokens are picked
 * by mouse, finger or keyboard. Knows no cells.
 */
import type { Stretch } from '../../language/cells/on-cells.ts';
import { element } from '../elements.ts';
import { drawText, type LetterSize, type TextLook } from './draw-text.ts';
import type { PageText } from './page-text.ts';
import { TextLines } from './text-lines.ts';

/** On the left and on the right, in CSS pixels. */
const MARGIN = 8;
const FONT = '14px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
const LINE_HEIGHT = 21;

export interface TextPaneEvents {
  /** A token is pointed at, or the keyboard is at it. */
  onPoint(token: number): void;
  onSelect(selection: Stretch | undefined): void;
}

export class TextPane {
  readonly element: HTMLElement;
  readonly #text: PageText;
  readonly #events: TextPaneEvents;
  readonly #lookNow: () => Omit<TextLook, 'cursor'>;
  readonly #canvas = element('canvas', { 'aria-hidden': 'true' });
  readonly #sheet = element('div', { class: 'sheet' }, this.#canvas);
  readonly #size: LetterSize;
  readonly #widths = new Map<string, number>();
  #lines: TextLines | undefined;
  #columns = 0;
  /** Where a selection began, while it is made; and the token that the keyboard is at. */
  #anchor: number | undefined;
  #cursor = 0;
  /** A token to be brought into sight as soon as there are lines. */
  #wanted: number | undefined;
  #drawing = 0;

  /** @param lookNow asked for whenever the text is drawn */
  constructor(text: PageText, lookNow: () => Omit<TextLook, 'cursor'>, events: TextPaneEvents) {
    this.#text = text;
    this.#lookNow = lookNow;
    this.#events = events;
    this.element = element(
      'div',
      { class: 'text-pane', tabindex: 0, role: 'application', 'aria-label': LABEL, 'aria-describedby': 'told' },
      this.#sheet,
    );
    const context = this.#canvas.getContext('2d')!; // a canvas has one
    context.font = FONT;
    this.#size = { font: FONT, width: context.measureText('0').width, height: LINE_HEIGHT };
    new ResizeObserver(() => this.#layOut()).observe(this.element);
    this.element.addEventListener('scroll', () => this.draw());
    for (const event of ['focus', 'blur']) this.element.addEventListener(event, () => this.draw());
    this.#listenToPointer();
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /** Draws what is seen, at the next frame. */
  draw(): void {
    this.#drawing ||= requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#drawNow();
    });
  }

  /** Brings a token into sight, and the keyboard to it. */
  show(token: number, place: 'near' | 'middle' = 'middle'): void {
    this.#cursor = token;
    this.#wanted = this.#lines ? undefined : token;
    if (this.#lines) {
      const { scrollTop, clientHeight } = this.element;
      const top = this.#lines.lineOf(token) * LINE_HEIGHT;
      const isSeen = top >= scrollTop + LINE_HEIGHT && top + 2 * LINE_HEIGHT <= scrollTop + clientHeight;
      if (place === 'middle' && !isSeen) this.element.scrollTop = top - clientHeight / 2;
      else if (top < scrollTop) this.element.scrollTop = top;
      else if (top + LINE_HEIGHT > scrollTop + clientHeight) this.element.scrollTop = top + LINE_HEIGHT - clientHeight;
    }
    this.draw();
  }

  #layOut(): void {
    const { clientWidth, clientHeight } = this.element;
    const columns = Math.max(8, Math.floor((clientWidth - 2 * MARGIN) / this.#size.width));
    const scale = devicePixelRatio;
    this.#canvas.width = Math.round(clientWidth * scale);
    this.#canvas.height = Math.round(clientHeight * scale);
    Object.assign(this.#canvas.style, { width: `${clientWidth}px`, height: `${clientHeight}px` });
    if (columns !== this.#columns) {
      const seen = this.#tokenAt(0, 0);
      this.#columns = columns;
      this.#lines = new TextLines(this.#text, columns, (character) => this.#columnsOf(character));
      this.#sheet.style.height = `${this.#lines.count * LINE_HEIGHT}px`;
      this.element.scrollTop = this.#lines.lineOf(seen) * LINE_HEIGHT;
    }
    if (this.#wanted !== undefined && clientHeight > 0) this.show(this.#wanted);
    this.#drawNow();
  }

  /** The columns that a character takes, as it is drawn here. */
  #columnsOf(character: string): number {
    let columns = this.#widths.get(character);
    if (columns === undefined) {
      const context = this.#canvas.getContext('2d')!;
      context.font = FONT;
      columns = Math.ceil(context.measureText(character).width / this.#size.width - 0.1);
      this.#widths.set(character, columns);
    }
    return columns;
  }

  #drawNow(): void {
    if (!this.#lines) return;
    const context = this.#canvas.getContext('2d')!;
    const { scrollTop, clientHeight, clientWidth } = this.element;
    const first = Math.floor(scrollTop / LINE_HEIGHT);
    const top = first * LINE_HEIGHT - scrollTop;
    const count = Math.min(this.#lines.count - first, Math.ceil((clientHeight - top) / LINE_HEIGHT));
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, clientWidth, clientHeight);
    const cursor = document.activeElement === this.element ? this.#cursor : undefined;
    const look = { ...this.#lookNow(), cursor };
    drawText(context, this.#lines, { first, count, top, margin: MARGIN }, this.#size, look);
  }

  /** The token at a place of the pane. */
  #tokenAt(x: number, y: number): number {
    if (!this.#lines) return 0;
    const line = Math.floor((y + this.element.scrollTop) / LINE_HEIGHT);
    const column = (x - MARGIN) / this.#size.width;
    return this.#tokenIn(Math.max(0, Math.min(this.#lines.count - 1, line)), column);
  }

  /** The token in a line at a column, or the last before it. */
  #tokenIn(line: number, column: number): number {
    let token: number | undefined;
    for (const character of this.#lines!.charactersOf(line)) {
      if (character.column > column && token !== undefined) break;
      token = character.token;
    }
    return token ?? 0;
  }

  #listenToPointer(): void {
    const tokenOf = ({ clientX, clientY }: PointerEvent) => {
      const { left, top } = this.element.getBoundingClientRect();
      return this.#tokenAt(clientX - left, clientY - top);
    };
    const { element: pane } = this;
    let last: PointerEvent | undefined;
    const extend = (event: PointerEvent) => this.#selectTo(tokenOf(event));
    /** Scrolls on while the pointer is held beyond an edge. */
    const scrollOn = () => {
      if (!last) return;
      const { top, bottom } = pane.getBoundingClientRect();
      const beyond = Math.min(0, last.clientY - top) + Math.max(0, last.clientY - bottom);
      if (beyond !== 0) {
        pane.scrollTop += beyond / 4;
        extend(last);
      }
      requestAnimationFrame(scrollOn);
    };
    pane.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || event.offsetX >= pane.clientWidth) return; // on the scroll bar
      const token = tokenOf(event);
      this.#anchor = event.shiftKey ? (this.#anchor ?? this.#cursor) : token;
      this.#cursor = token;
      if (event.shiftKey) this.#selectTo(token);
      if (event.pointerType === 'touch') return;
      pane.setPointerCapture(event.pointerId);
    });
    pane.addEventListener('pointermove', (event) => {
      const isHeld = (event.buttons & 1) === 1 && this.#anchor !== undefined;
      this.#events.onPoint(tokenOf(event));
      if (!isHeld) return;
      if (!last) requestAnimationFrame(scrollOn);
      last = event;
      extend(event);
    });
    pane.addEventListener('pointercancel', () => {
      last = undefined; // a finger that scrolls
    });
    pane.addEventListener('pointerup', (event) => {
      const isClick = last === undefined && !event.shiftKey && event.button === 0;
      last = undefined;
      if (!isClick || this.#anchor === undefined) return;
      this.#events.onPoint(this.#cursor);
      if (event.pointerType === 'touch') this.#events.onSelect(this.#text.wordAround(this.#cursor));
      this.draw();
    });
    pane.addEventListener('dblclick', () => this.#events.onSelect(this.#text.wordAround(this.#cursor)));
  }

  #selectTo(token: number): void {
    const anchor = this.#anchor ?? this.#cursor;
    this.#cursor = token;
    this.#events.onSelect({ start: Math.min(anchor, token), end: Math.max(anchor, token) + 1 });
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      this.#anchor = undefined;
      this.#events.onSelect(undefined);
      return;
    }
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#events.onSelect(this.#text.wordAround(this.#cursor));
      return;
    }
    const target = this.#targetOf(event);
    if (target === undefined) return;
    event.preventDefault();
    const token = Math.max(0, Math.min(this.#text.length - 1, target));
    if (event.shiftKey) {
      this.#anchor ??= this.#cursor;
      this.#selectTo(token);
    } else this.#anchor = undefined;
    this.show(token, 'near');
    this.#events.onPoint(token);
  }

  /** Where a key leads to; undefined where it is none that leads anywhere. */
  #targetOf({ key, ctrlKey, metaKey }: KeyboardEvent): number | undefined {
    if (!this.#lines) return undefined;
    const all = ctrlKey || metaKey;
    const page = Math.max(1, Math.floor(this.element.clientHeight / LINE_HEIGHT) - 1);
    const line = this.#lines.lineOf(this.#cursor);
    if (key === 'ArrowRight') return this.#cursor + 1;
    if (key === 'ArrowLeft') return this.#cursor - 1;
    if (key === 'Home') return all ? 0 : this.#tokenIn(line, 0);
    if (key === 'End') return all ? this.#text.length - 1 : this.#tokenIn(line, Number.POSITIVE_INFINITY);
    const down = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[key];
    if (down === undefined) return undefined;
    const column = this.#columnOf(line);
    return this.#tokenIn(Math.max(0, Math.min(this.#lines.count - 1, line + down)), column);
  }

  #columnOf(line: number): number {
    for (const { token, column } of this.#lines!.charactersOf(line)) if (token === this.#cursor) return column;
    return 0;
  }
}

const LABEL =
  'The text. Arrow keys go from token to token, with Shift they select, Enter selects a word, Escape nothing.';
