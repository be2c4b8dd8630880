/** Asks the reader for the token of a server that wants one. */
import { element, fill, withLabel } from './elements.ts';

/** @param again whether the one that was given is not the right one @returns what was typed */
export function askForToken(again: boolean): Promise<string> {
  const input = element('input', { type: 'password', required: true, autocomplete: 'current-password' });
  const why = element('p', { class: 'soft' });
  fill(why, again ? 'That is not the token of this server.' : 'This server answers only those who have its token.');
  const send = element('button', { class: 'main' }, 'Go on');
  const form = element('form', { method: 'dialog' }, withLabel('Token', input, { class: 'wide' }), send);
  const heading = element('h2', { id: 'token-heading' }, 'Token');
  const dialog = element('dialog', { 'aria-labelledby': 'token-heading' }, heading, why, form);
  dialog.addEventListener('cancel', (event) => event.preventDefault()); // without it there is nothing to see
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    form.addEventListener('submit', () => {
      dialog.remove();
      resolve(input.value.trim());
    });
  });
}
