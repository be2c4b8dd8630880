/** A button that copies a caption, and says so for a moment. */
import { announce } from '../announce.ts';
import { button, fill } from '../elements.ts';
import { copyText } from './copy-text.ts';

const COPY = 'Copy as alt text';
/** Milliseconds for which it says so. */
const MOMENT = 1500;

export function copyButton(caption: string): HTMLButtonElement {
  const copy = async () => {
    const copied = await copyText(caption);
    announce(copied ? 'Copied' : 'This browser does not let pages copy');
    if (!copied) return;
    fill(made, 'Copied');
    setTimeout(() => fill(made, COPY), MOMENT);
  };
  const made = button(COPY, copy, { 'aria-label': `Copy as alt text: ${caption}` });
  return made;
}
