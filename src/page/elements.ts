/** Makes elements: what is put into one is text or another element, never HTML. Knows nothing of what is on the page. */

type Attribute = string | number | boolean | undefined;
/** What an element may have in it; `undefined` and `false` are nothing. */
export type Content = Node | string | number | false | undefined;

/** An element with its attributes (`true` for one without a value, `false` and `undefined` for none) and its content. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(attribute, value === true ? '' : String(value));
  }
  made.append(...nodesOf(content));
  return made;
}

/** Puts other content into an element. */
export function fill(parent: Element, ...content: readonly Content[]): void {
  parent.replaceChildren(...nodesOf(content));
}

/** A button that does something; Enter in a form does not press it. */
export function button(label: string, onClick: () => void, attributes: Readonly<Record<string, Attribute>> = {}) {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', onClick);
  return made;
}

/** A control with what it is called beside it. */
export function withLabel(name: string, control: HTMLElement, attributes: Readonly<Record<string, Attribute>> = {}) {
  return element('label', attributes, element('span', {}, name), control);
}

/** A list to choose from, by values and what they are called. */
export function choice(entries: Iterable<readonly [value: string, name: string]>): HTMLSelectElement {
  return element('select', {}, ...Array.from(entries, ([value, name]) => element('option', { value }, name)));
}

/** Names and their values, side by side. */
export function factList(entries: readonly (readonly [name: string, value: Content])[]): HTMLElement {
  const pairs = entries.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
  return element('dl', {}, ...pairs);
}

/** A table. @param body its rows, in a `tbody` */
export function headedTable(headings: readonly string[], body: HTMLElement): HTMLElement {
  const cells = headings.map((heading) => element('th', { scope: 'col' }, heading));
  return element('table', {}, element('thead', {}, element('tr', {}, ...cells)), body);
}

/** A row of a table, whose first cell is its heading. */
export function tableRow(heading: readonly Content[], cells: readonly Content[]): HTMLElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, ...heading),
    ...cells.map((cell) => element('td', {}, cell)),
  );
}

/** A table that scrolls by itself where it is wider than the page. @param name for those who do not see it */
export function scrolling(name: string, content: HTMLElement): HTMLElement {
  return element('div', { class: 'scroll', role: 'region', 'aria-label': name, tabindex: 0 }, content);
}

function nodesOf(content: readonly Content[]): (Node | string)[] {
  return content.flatMap((one) => {
    if (one === undefined || one === false) return [];
    return typeof one === 'number' ? String(one) : one;
  });
}
