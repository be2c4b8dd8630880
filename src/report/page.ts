/**
 * The frame of a page and the pieces that its sections are made of. A page is one file: nothing is loaded from elsewhere.
 * Knows nothing of what a page is about.
 */
import { type Html, type HtmlValue, html } from './html.ts';
import { PAGE_STYLE } from './style.ts';

/** A whole page. `lead` says in a sentence what it is about; `style` is what a page needs beside the common style. */
export function page(title: string, lead: HtmlValue, sections: readonly HtmlValue[], style?: Html): string {
  const { head, foot } = pageFrame(title, lead, style);
  return html`${head}${sections}\n${foot}`.text;
}

/** What stands on a page before its sections, and what stands after them. */
export function pageFrame(title: string, lead: HtmlValue, style?: Html): { head: Html; foot: Html } {
  const head = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${PAGE_STYLE}${style}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="lead">${lead}</p>
</header>
<main>
`;
  return { head, foot: html`</main>\n</body>\n</html>\n` };
}

export function section(heading: string, ...content: readonly HtmlValue[]): Html {
  return html`<section>
<h2>${heading}</h2>
${content}
</section>
`;
}

/** A name and its value, which stand side by side. */
export type Fact = readonly [name: string, value: HtmlValue];

/** Names and their values, side by side. */
export function facts(entries: readonly Fact[]): Html {
  return html`<dl>${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>\n`;
}

/**
 * What is special about a table: its first row is what the others are compared with and stands out, or its headings are
 * so much longer than what stands below them that they are written upwards.
 */
export type TableLook = 'plain' | 'compared' | 'upright';

/**
 * A table whose first column is text and whose others are figures; it scrolls by itself where the page is too narrow, by the
 * keyboard too.
 */
export function htmlTable(
  headings: readonly HtmlValue[],
  rows: readonly (readonly HtmlValue[])[],
  look: TableLook = 'plain',
): Html {
  const head = (heading: HtmlValue) => {
    if (heading === '') return html`<td></td>`; // a corner is no heading to those who hear the table
    return html`<th scope="col">${look === 'upright' ? html`<span>${heading}</span>` : heading}</th>`;
  };
  const cells = (row: readonly HtmlValue[]) =>
    row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`));
  return html`<div class="scroll" tabindex="0"><table class="${look}">
<thead><tr>${headings.map(head)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>\n`)}</tbody>
</table></div>
`;
}

/** An SVG picture with words in it: where the page is too narrow for them it scrolls, instead of being made smaller. */
export function drawing(svg: Html): Html {
  return html`<div class="scroll drawing" tabindex="0">${svg}</div>\n`;
}

/** A number with thousands separated: 30,000. */
export function formatInteger(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** A share as per cent: 8.4 %. */
export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
