/**
 * Shows for each word of a caption where in the picture it comes from, as its reader points at the word, steps to it by
 * the keyboard or has all of them played. On the page of `describe --html`, in reports and on that of the server. Knows
 * no captioner.
 */
import { colouredMap } from './colours.ts';

/** Milliseconds that each word is shown for while they are played. */
const PACE = 900;

interface ExplainedCaption {
  /** What holds the picture: it has the class `shown` while a map is shown. */
  frame: Element;
  /** Over the picture; G by G pixels. */
  canvas: HTMLCanvasElement;
  /** In their order. */
  words: readonly HTMLElement[];
  /** For each word G · G bytes. */
  maps: Uint8Array;
}

/** Makes the words of a caption steps. @returns a button that plays them, which has no place yet */
export function stepThrough({ frame, canvas, words, maps }: ExplainedCaption): HTMLButtonElement {
  const grid = canvas.width;
  const cells = grid ** 2;
  const context = canvas.getContext('2d')!; // a canvas that has no other context has this one
  const play = document.createElement('button');
  play.type = 'button';
  play.className = 'play';
  play.textContent = 'Play';
  let shown = -1;
  let timer: ReturnType<typeof setInterval> | undefined;

  function show(word: number): void {
    shown = word;
    for (const [i, each] of words.entries()) each.setAttribute('aria-pressed', String(i === word));
    frame.classList.toggle('shown', word >= 0);
    if (word < 0) return;
    for (const [i, each] of words.entries()) each.tabIndex = i === word ? 0 : -1;
    const map = maps.subarray(word * cells, (word + 1) * cells);
    context.putImageData(new ImageData(colouredMap(map), grid), 0, 0);
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    play.textContent = 'Play';
  }

  function next(): void {
    if (shown + 1 < words.length && play.isConnected) return show(shown + 1);
    stop();
    show(focused());
  }

  /** The word that the keyboard is at; -1 for none. */
  function focused(): number {
    return words.indexOf(document.activeElement as HTMLElement);
  }

  /** Unless they are played. */
  function showAtRest(word: number): void {
    if (timer === undefined) show(word);
  }

  play.addEventListener('click', () => {
    if (timer !== undefined) return stop();
    show(0);
    timer = setInterval(next, PACE);
    play.textContent = 'Stop';
  });
  for (const [i, word] of words.entries()) {
    word.classList.add('step');
    word.setAttribute('role', 'button');
    word.setAttribute('aria-pressed', 'false');
    word.tabIndex = i === 0 ? 0 : -1;
    word.addEventListener('pointerenter', () => showAtRest(i));
    word.addEventListener('pointerleave', () => {
      if (word !== document.activeElement) showAtRest(focused());
    });
    word.addEventListener('click', () => {
      stop();
      show(i);
      word.focus();
    });
    word.addEventListener('focus', () => showAtRest(i));
    word.addEventListener('blur', () => showAtRest(-1));
    word.addEventListener('keydown', (event) => {
      const { key, altKey, ctrlKey, metaKey } = event;
      if (altKey || ctrlKey || metaKey) return; // the browser's: Alt and an arrow go to another page
      if (key === 'Escape') {
        stop();
        word.blur();
      }
      if (key === ' ' || key === 'Enter') play.click();
      const steps: Record<string, number> = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: words.length - 1 };
      const to = steps[key];
      if (to === undefined && key !== ' ') return;
      event.preventDefault();
      if (to === undefined) return;
      stop(); // the reader goes on by hand
      words[to]?.focus();
      showAtRest(focused());
    });
  }
  return play;
}
