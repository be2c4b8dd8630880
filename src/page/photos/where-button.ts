/** A button that asks where in a photo the words of its caption come from. Knows not how that is shown. */
import { explainedLead } from '../../captioning/explained/shown-maps.ts';
import type { Description } from '../../server/api.ts';
import { announce } from '../announce.ts';
import { inWords } from '../back-end.ts';
import { button, element, fill } from '../elements.ts';

const WHERE = 'Where?';
const TITLE = 'Where in the photo each word comes from';

export interface Explaining {
  /** Asks for the description with where the words of its caption come from. */
  explain: (signal: AbortSignal) => Promise<Description>;
  /** Gives up what is asked for. */
  signal: AbortSignal;
  /** Shows what has come, in place of the button and of what stands beside it. */
  show: (description: Description) => void;
}

/** @param content what the photo's row says: there the caption is shown anew, or why it is not */
export function whereButton(caption: string, content: Element, { explain, signal, show }: Explaining) {
  const problem = element('p', { class: 'problem' });
  const asking = button(WHERE, ask, { title: TITLE, 'aria-label': `${WHERE} ${TITLE}: ${caption}` });

  async function ask(): Promise<void> {
    if (asking.ariaBusy === 'true') return;
    asking.ariaBusy = 'true';
    fill(asking, 'looking …');
    let description: Description;
    try {
      description = await explain(signal);
    } catch (error) {
      if (signal.aborted) return;
      asking.ariaBusy = 'false';
      fill(asking, WHERE);
      announce(inWords(error));
      fill(problem, inWords(error));
      content.append(problem);
      return;
    }
    const isHere = document.activeElement === asking;
    show(description);
    if (description.where) announce(explainedLead(description.where.by));
    if (isHere) content.querySelector<HTMLElement>('.said .step')?.focus();
  }

  return asking;
}
