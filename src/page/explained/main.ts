/**
 * The script that stands in pages whose pictures have maps of words, as captioning/explained/explained-frame.ts writes
 * them: the words of each picture's caption become steps.
 */
import { stepThrough } from './step-through.ts';

for (const frame of document.querySelectorAll<HTMLElement>('.looked')) {
  const words = [...frame.closest('figure')!.querySelectorAll<HTMLElement>('.said > span')];
  const canvas = frame.querySelector<HTMLCanvasElement>('.map')!;
  const maps = Uint8Array.from(atob(frame.dataset['maps']!), (char) => char.charCodeAt(0));
  if (words.length > 0) words[0]!.parentElement!.append(stepThrough({ frame, canvas, words, maps }));
}
