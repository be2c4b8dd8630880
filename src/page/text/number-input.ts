/** A field for a number. Knows not what is counted. */
import { element } from '../elements.ts';

/** @param attributes as HTML has them: `min`, `max`, `step`, `value`, `required` */
export function numberInput(attributes: Readonly<Record<string, string | number | boolean>>): HTMLInputElement {
  return element('input', { type: 'number', ...attributes });
}
