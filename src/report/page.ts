/** The frame of a report and the pieces that its sections are made of. One file: nothing is loaded from elsewhere. */
import { join } from 'node:path';
import { Html, type HtmlValue, html } from './html.ts';

/** The report of the model in a folder. */
export function reportFile(folder: string): string {
  return join(folder, 'report.html');
}

/** A whole page. `lead` says in a sentence what it is about; `style` is what a page needs beside the common style. */
export function page(title: string, lead: HtmlValue, sections: readonly HtmlValue[], style?: Html): string {
  const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}${style}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="lead">${lead}</p>
</header>
${sections}
</body>
</html>
`;
  return text;
}

export function section(heading: string, ...content: readonly HtmlValue[]): Html {
  return html`<section>
<h2>${heading}</h2>
${content}
</section>
`;
}

/** Names and their values, side by side. */
export function facts(entries: readonly (readonly [name: string, value: HtmlValue])[]): Html {
  return html`<dl>${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>\n`;
}

/** A table whose first column is text and whose others are figures. */
export function table(headings: readonly HtmlValue[], rows: readonly (readonly HtmlValue[])[]): Html {
  const cells = (row: readonly HtmlValue[]) =>
    row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`));
  return html`<div class="scroll"><table>
<thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>\n`)}</tbody>
</table></div>
`;
}

/** A number with thousands separated: 30,000. */
export function formatInteger(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** A share as per cent: 8.4 %. */
export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

const STYLE = new Html(`
:root { color-scheme: light dark; --page: #fff; --ink: #1b1b1b; --soft: #63666b; --rule: #dcdde0; --faint: #f4f4f5;
  --line-1: #1f6fb2; --line-2: #c2571a; --line-3: #3b7d3a; --line-4: #8a4ba0; }
@media (prefers-color-scheme: dark) {
  :root { --page: #17181a; --ink: #e4e4e4; --soft: #9da1a8; --rule: #36393e; --faint: #202226;
    --line-1: #6cb2ec; --line-2: #f0975a; --line-3: #86c883; --line-4: #c796da; }
}
body { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 3rem 0 .75rem; padding-top: .9rem; border-top: 1px solid var(--rule); font-size: 1.2rem; }
h3 { margin: 1.75rem 0 .5rem; font-size: 1rem; }
p { max-width: 44rem; margin: .6rem 0; }
.lead { font-size: 1.1rem; }
.soft, figcaption li, dt, thead th, .chart text { color: var(--soft); }
.soft { font-size: .9rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; margin: .75rem 0; }
dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .75rem; border-bottom: 1px solid var(--rule); text-align: right; font-weight: inherit;
  white-space: nowrap; }
th:first-child { padding-left: 0; text-align: left; }
tbody tr:first-child { font-weight: 600; }
thead th { font-weight: normal; }
pre { padding: .75rem 1rem; background: var(--faint); font: .85rem/1.5 ui-monospace, monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem; }
.chart { max-width: 36rem; margin: 0; }
.chart svg { display: block; width: 100%; height: auto; }
.chart text { fill: currentColor; font: 11px system-ui, sans-serif; }
.chart line { stroke: var(--rule); }
.chart polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.chart .mark { stroke: var(--soft); stroke-dasharray: 3 3; }
.chart .level { stroke-width: 1.5; stroke-dasharray: 6 4; }
.chart figcaption { font-weight: 600; }
.key { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: 0; padding: 0; list-style: none; font-size: .85rem; font-weight: normal; }
.key span { display: inline-block; width: 1.2em; margin-right: .4em; border-top: 2px solid; vertical-align: middle; }
.key .dashed { border-top-style: dashed; }
.chart .line-1 { stroke: var(--line-1); border-color: var(--line-1); }
.chart circle.line-1 { fill: var(--line-1); }
.chart .line-2 { stroke: var(--line-2); border-color: var(--line-2); }
.chart circle.line-2 { fill: var(--line-2); }
.chart .line-3 { stroke: var(--line-3); border-color: var(--line-3); }
.chart circle.line-3 { fill: var(--line-3); }
.chart .line-4 { stroke: var(--line-4); border-color: var(--line-4); }
.chart circle.line-4 { fill: var(--line-4); }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 28rem), 1fr)); gap: 1.5rem; }
.picture { display: grid; grid-template-columns: 160px 1fr; gap: 1rem; margin: 0; }
.picture img, .picture .none { max-width: 160px; }
.picture .none { height: 6rem; background: var(--faint); }
.picture p { margin: 0; }
.picture ul { margin: .3rem 0 0; padding: 0; list-style: none; font-size: .85rem; line-height: 1.4; }
.off { text-decoration: underline dotted var(--line-2) 2px; text-underline-offset: .2em; }
.words { columns: 12rem; margin: .5rem 0; padding: 0; list-style: none; font-variant-numeric: tabular-nums; }
.words span { display: inline-block; min-width: 3rem; padding-right: .6rem; color: var(--soft); text-align: right; }
`);
