/** The style that all pages share: light or dark as the reader has it, for screens from 320 pixels on. */
import { Html } from './html.ts';

/** Screens that are narrower than this have larger letters in charts, less room in tables, and drawings that scroll. */
const NARROW = '34rem';

export const PAGE_STYLE = new Html(`
:root { color-scheme: light dark; --page: #fff; --ink: #1b1b1b; --soft: #63666b; --rule: #dcdde0; --faint: #f4f4f5;
  --shade: #0003; --line-1: #1f6fb2; --line-2: #c2571a; --line-3: #3b7d3a; --line-4: #8a4ba0; }
@media (prefers-color-scheme: dark) {
  :root { --page: #17181a; --ink: #e4e4e4; --soft: #9da1a8; --rule: #36393e; --faint: #202226; --shade: #000b;
    --line-1: #6cb2ec; --line-2: #f0975a; --line-3: #86c883; --line-4: #c796da; }
}
body { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 3rem 0 .75rem; padding-top: .9rem; border-top: 1px solid var(--rule); font-size: 1.2rem; }
h3 { margin: 1.75rem 0 .5rem; font-size: 1rem; }
h4 { margin: 1rem 0 .25rem; font-size: .9rem; }
p, ul.soft { max-width: 44rem; }
p { margin: .6rem 0; }
ul.soft { padding-left: 1.2rem; }
.lead { font-size: 1.1rem; }
.soft, figcaption li, dt, thead th, .chart text { color: var(--soft); }
.soft { font-size: .9rem; font-weight: normal; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; margin: .75rem 0; }
dd { margin: 0; }
summary { cursor: pointer; }
select { max-width: 100%; }
pre { padding: .75rem 1rem; background: var(--faint); font: .85rem/1.5 ui-monospace, monospace; white-space: pre-wrap; }

/* A shade at an edge says that there is more beyond it: the covers move with what is scrolled, the shades do not. */
.scroll { overflow-x: auto; background:
  linear-gradient(to right, var(--page) 1rem, transparent 2rem) left / 3rem calc(100% + 2px) no-repeat local,
  linear-gradient(to left, var(--page) 1rem, transparent 2rem) right / 3rem calc(100% + 2px) no-repeat local,
  linear-gradient(to right, var(--shade), transparent) left / .75rem 100% no-repeat scroll,
  linear-gradient(to left, var(--shade), transparent) right / .75rem 100% no-repeat scroll; }
.drawing svg { display: block; max-width: 100%; height: auto; }

table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .75rem; border-bottom: 1px solid var(--rule); text-align: right; font-weight: normal;
  white-space: nowrap; }
th:first-child { padding-left: 0; text-align: left; }
th:last-child, td:last-child { padding-right: 0; }
.compared tbody tr:first-child > * { font-weight: 600; }
.upright thead th { vertical-align: bottom; }
.upright thead span { writing-mode: vertical-rl; transform: rotate(180deg); }

.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem; }
.chart { max-width: 36rem; margin: 0; }
.chart svg { display: block; width: 100%; height: auto; }
.chart text { fill: currentColor; font: 11px system-ui, sans-serif; }
.chart line { stroke: var(--rule); }
.chart polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.chart .mark { stroke: var(--soft); border-color: var(--soft); stroke-dasharray: 2 3; }
.chart .level { stroke-width: 1.5; stroke-dasharray: 6 4; }
.chart figcaption { font-weight: 600; }
.key { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: 0; padding: 0; list-style: none; font-size: .85rem; font-weight: normal; }
.key span { display: inline-block; width: 1.2em; margin-right: .4em; border-top: 2px solid; vertical-align: middle; }
.key .level { border-top-style: dashed; }
.key .mark { border-top-style: dotted; }
${[1, 2, 3, 4]
  .map(
    (i) => `.chart .line-${i} { stroke: var(--line-${i}); border-color: var(--line-${i}); }
.chart circle.line-${i} { fill: var(--line-${i}); }
`,
  )
  .join('')}
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 28rem), 1fr)); gap: 1.5rem; }
.picture { display: grid; grid-template-columns: 160px 1fr; gap: 1rem; margin: 0; }
.picture img, .picture .none { max-width: 100%; }
.picture .none { height: 6rem; background: var(--faint); }
.picture figcaption:only-child { grid-column: 1 / -1; }
.picture p { margin: 0; }
.picture ul { margin: .3rem 0 0; padding: 0; list-style: none; font-size: .85rem; line-height: 1.4; }
.off { text-decoration: underline dotted var(--line-2) 2px; text-underline-offset: .2em; }
.words { columns: 12rem; margin: .5rem 0; padding: 0; list-style: none; font-variant-numeric: tabular-nums; }
.words span { display: inline-block; min-width: 3rem; padding-right: .6rem; color: var(--soft); text-align: right; }

@media (max-width: ${NARROW}) {
  body { padding: 1.5rem 1rem 3rem; }
  dl { gap: .2rem 1rem; grid-template-columns: minmax(auto, 9rem) 1fr; }
  .chart text { font-size: 15px; }
  .drawing svg { width: 44rem; max-width: none; }
  table { font-size: .9rem; }
  th, td { padding: .3rem .4rem; }
  tbody th:first-child { position: sticky; left: 0; background: var(--page); white-space: normal; overflow-wrap: break-word; }
  .picture { grid-template-columns: 120px 1fr; }
}
`);
