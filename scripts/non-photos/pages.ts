/** Web pages, programs' windows and documents as HTML, to be drawn by a browser. */
import { readFile } from 'node:fs/promises';
import { inPackage } from '../../src/base/files.ts';
import { Random } from '../../src/base/random.ts';

export interface HtmlPage {
  name: string;
  html: string;
  /** Of the window, in pixels; 1,024 × 768 by default. */
  width?: number;
  height?: number;
}

/** Pages of documentation, source code in an editor, a terminal, invoices, a spreadsheet, forms. */
export async function documentPages(): Promise<HtmlPage[]> {
  const guides = ['captions', 'architecture', 'language-models', 'platforms'];
  const sources = ['nn/recurrent-layer', 'decoding/beam-search', 'report/line-chart', 'metrics/cider'];
  const pages = guides.map(async (name, i): Promise<HtmlPage> => {
    const text = await readFile(inPackage(`docs/${name}.md`), 'utf8');
    return { name: `guide-${name}`, html: guide(text, i), ...(i % 2 === 1 && { width: 420, height: 800 }) };
  });
  const editors = sources.map(async (name, i): Promise<HtmlPage> => {
    const text = await readFile(inPackage(`src/${name}.ts`), 'utf8');
    return { name: `code-${name.replace('/', '-')}`, html: editor(text, i % 2 === 0) };
  });
  const help = await readFile(inPackage('docs/cli.md'), 'utf8');
  return [
    ...(await Promise.all([...pages, ...editors])),
    { name: 'terminal-black', html: terminal(help.slice(0, 4000), '#000', '#ddd') },
    { name: 'terminal-blue', html: terminal(help.slice(4000, 8000), '#023', '#9c9') },
    { name: 'invoice-plain', html: invoice(1, 6), width: 700, height: 990 },
    { name: 'invoice-long', html: invoice(2, 18), width: 700, height: 990 },
    { name: 'spreadsheet', html: spreadsheet(3) },
    { name: 'form', html: form(['Name', 'Street', 'Town', 'Telephone', 'Date of birth', 'Remarks']) },
    { name: 'login', html: form(['User', 'Password']), width: 800, height: 600 },
  ];
}

/** Windows of other kinds: a slide, a conversation, a calendar, a music player, a desktop of icons, search results. */
export function desktopPages(): HtmlPage[] {
  return [
    {
      name: 'slide-1',
      html: slide('Results of the third quarter', ['Sales +12 %', 'Two new offices', 'Costs as planned']),
    },
    {
      name: 'slide-2',
      html: slide('Why recurrent networks?', ['Sequences of any length', 'One set of weights', 'State']),
    },
    { name: 'conversation-1', html: conversation(4, '#fff'), width: 420, height: 800 },
    { name: 'conversation-2', html: conversation(5, '#111'), width: 420, height: 800 },
    { name: 'calendar-1', html: calendar(6) },
    { name: 'calendar-2', html: calendar(7), width: 800, height: 800 },
    { name: 'icons-1', html: icons(8, '#357') },
    { name: 'icons-2', html: icons(9, '#eee'), width: 420, height: 800 },
    { name: 'search-1', html: results(10) },
    { name: 'search-2', html: results(11), width: 420, height: 800 },
    { name: 'dialogue', html: dialogue('Delete 3 files?'), width: 800, height: 600 },
    { name: 'error', html: dialogue('The disk is full'), width: 640, height: 480 },
  ];
}

const WORDS = 'order total station river garden copper letter window market silver travel paper morning engine'.split(
  ' ',
);

function words(random: Random, count: number): string {
  return Array.from({ length: count }, () => WORDS[random.integer(WORDS.length)]).join(' ');
}

function document(style: string, body: string): string {
  return `<!doctype html><meta charset="utf-8"><style>*{box-sizing:border-box}body{margin:0;${style}}</style>${body}`;
}

const escaped = (text: string): string => text.replace(/[&<]/g, (sign) => `&#${sign.charCodeAt(0)};`);

function guide(markdown: string, look: number): string {
  const blocks = markdown.split(/\n\n+/).map((block) => {
    if (block.startsWith('#')) return `<h2>${escaped(block.replace(/^#+ /, ''))}</h2>`;
    if (block.startsWith('```')) return `<pre>${escaped(block.replace(/```\w*/g, ''))}</pre>`;
    return `<p>${escaped(block)}</p>`;
  });
  const colours = look === 2 ? 'background:#1b1d22;color:#ddd' : 'background:#fff;color:#222';
  const bar = '<div style="background:#8883;padding:12px">Home · Guides · Reference · Search</div>';
  return document(
    `font:15px/1.5 sans-serif;${colours}`,
    `${bar}<div style="padding:0 6%;max-width:900px">${blocks.join('')}</div>`,
  );
}

function editor(source: string, dark: boolean): string {
  const lines = source.split('\n').map((line, i) => {
    const comment = /^\s*(\/\/|\*|\/\*)/.test(line);
    const coloured = escaped(line).replace(/\b(const|function|return|import|from|export|for|let|if)\b/g, '<b>$1</b>');
    return `<i>${String(i + 1).padStart(4)}</i> ${comment ? `<u>${coloured}</u>` : coloured}`;
  });
  const [paper, ink, keyword, faint] = dark ? ['#1e1e1e', '#ccc', '#6ad', '#7a6'] : ['#fff', '#111', '#a0a', '#777'];
  return document(
    `background:${paper};color:${ink}`,
    `<style>b{color:${keyword}}u,i{color:${faint};text-decoration:none;font-style:normal}</style>
    <pre style="font:13px/1.4 monospace;margin:8px">${lines.join('\n')}</pre>`,
  );
}

function terminal(text: string, paper: string, ink: string): string {
  return document(
    `background:${paper};color:${ink}`,
    `<pre style="font:15px monospace;margin:6px">$ caption --help\n${escaped(text)}</pre>`,
  );
}

function invoice(seed: number, items: number): string {
  const random = new Random(seed);
  const rows = Array.from({ length: items }, (_, i) => {
    const price = (5 + 200 * random.uniform()).toFixed(2);
    return `<tr><td>${i + 1}<td>${words(random, 2)}<td>${1 + random.integer(9)}<td style="text-align:right">${price}</tr>`;
  });
  return document(
    'font:14px serif;padding:60px;background:#fff',
    `<h1>Invoice ${1000 + random.integer(9000)}</h1><p>${words(random, 3)}<br>${words(random, 2)}<br>29 November 2026</p>
    <table style="width:100%;border-collapse:collapse" border="1" cellpadding="5"><tr><th>No.<th>Item<th>Number<th>Price</tr>
    ${rows.join('')}</table><p>To be paid within 30 days to account ${random.integer(1e9)}.</p>`,
  );
}

function spreadsheet(seed: number): string {
  const random = new Random(seed);
  const cells = (make: (column: number) => string | number) =>
    Array.from({ length: 12 }, (_, i) => `<td>${make(i)}`).join('');
  const rows = Array.from({ length: 34 }, (_, row) => `<tr><th>${row + 1}${cells(() => random.integer(10_000))}</tr>`);
  return document(
    'font:13px sans-serif;background:#fff',
    `<style>td,th{border:1px solid #ccc;padding:2px 8px;text-align:right}th{background:#eee}</style>
    <table style="border-collapse:collapse;width:100%"><tr><th>${cells((i) => String.fromCharCode(65 + i))}</tr>${rows.join('')}</table>`,
  );
}

function form(fields: readonly string[]): string {
  const inputs = fields.map((field) => `<p>${field}<br><input style="width:100%;padding:8px"></p>`);
  return document(
    'font:16px sans-serif;background:#eef1f4',
    `<div style="width:420px;margin:60px auto;padding:24px;background:#fff;border-radius:8px">${inputs.join('')}
    <button style="padding:10px 30px;background:#06c;color:#fff;border:0">Send</button></div>`,
  );
}

function slide(title: string, points: readonly string[]): string {
  return document(
    'font:34px sans-serif;background:linear-gradient(#fff,#dde6f2);padding:60px',
    `<h1 style="color:#124">${title}</h1><ul>${points.map((point) => `<li style="margin:24px">${point}</li>`).join('')}</ul>`,
  );
}

function conversation(seed: number, paper: string): string {
  const random = new Random(seed);
  const bubbles = Array.from({ length: 12 }, (_, i) => {
    const [side, colour] = i % 2 === 0 ? ['left', '#ccc'] : ['right', '#8d8'];
    const box = `max-width:70%;padding:10px;margin:6px 12px;border-radius:14px;background:${colour}`;
    return `<div style="display:flow-root"><div style="float:${side};${box}">${words(random, 2 + random.integer(12))}</div></div>`;
  });
  return document(`font:15px sans-serif;background:${paper}`, bubbles.join(''));
}

function calendar(seed: number): string {
  const random = new Random(seed);
  const days = Array.from({ length: 35 }, (_, i) => {
    const entry = random.uniform() < 0.4 ? `<div style="background:#fc8">${words(random, 2)}</div>` : '';
    return `<td style="border:1px solid #bbb;height:120px;vertical-align:top">${(i % 30) + 1}${entry}`;
  });
  const weeks = [0, 7, 14, 21, 28].map((first) => `<tr>${days.slice(first, first + 7).join('')}</tr>`);
  return document(
    'font:14px sans-serif;background:#fff',
    `<h2>November</h2><table style="width:100%">${weeks.join('')}</table>`,
  );
}

function icons(seed: number, paper: string): string {
  const random = new Random(seed);
  const icon = () => {
    const colour = `hsl(${random.integer(360)} 70% 55%)`;
    return `<div style="float:left;width:96px;margin:14px;text-align:center"><div style="width:64px;height:64px;margin:auto;
      border-radius:${random.integer(32)}px;background:${colour};font:40px sans-serif">${words(random, 1)[0]}</div>${words(random, 1)}</div>`;
  };
  return document(`font:13px sans-serif;background:${paper}`, Array.from({ length: 28 }, icon).join(''));
}

function results(seed: number): string {
  const random = new Random(seed);
  const result = () => `<p><a href="#" style="font-size:19px">${words(random, 4)}</a><br>${words(random, 22)}</p>`;
  return document(
    'font:14px sans-serif;padding:24px;background:#fff',
    `<input style="width:80%;padding:10px" value="${words(random, 2)}">${Array.from({ length: 9 }, result).join('')}`,
  );
}

function dialogue(question: string): string {
  return document(
    'font:17px sans-serif;background:#567',
    `<div style="width:380px;margin:160px auto;padding:20px;background:#f4f4f4;border:1px solid #333"><b>${question}</b>
    <p>This can not be undone.</p><button>OK</button> <button>Cancel</button></div>`,
  );
}
