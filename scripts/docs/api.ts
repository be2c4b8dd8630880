/**
 * Makes docs/api.md and docs/api/ from the docstrings: a page for each entry point of the package, under the headings of
 * its source file, with what TypeScript's own compiler reads there.
 */
import { relative } from 'node:path';
import { API, type Checker } from 'typescript/unstable/sync';
import { textOf, typesNamedIn } from './declaration.ts';
import { docstringOf, isDone } from './docstring.ts';
import { DocsError, type Entry, type Exported, isType, readEntries } from './entries.ts';
import { isSchemaType, SchemaTypes } from './schema-type.ts';

const MADE = '<!-- Made by `npm run docs` from the docstrings: change these, not this page. -->\n';

const INTRODUCTION = `${MADE}
# API

What programs can import, by entry point; types stand on the pages, beside the functions that take them. Matrices are row
after row in a \`Float32Array\`, their shapes in brackets: N sequences in a batch, T steps, D inputs, H hidden units, V
tokens of a vocabulary, M rows of packed sequences. A function that is given something wrong throws an
[\`InputError\`](api/caption-lm.md#inputerror), which says what was found, what was expected and what to do.
`;

/** Parts of the machinery that exports lead to and that no program needs to name. */
const INSIDE = new Set([
  'Attention',
  'BidirectionalLayer',
  'Confidence',
  'Follower',
  'InputReader',
  'Kernels',
  'LayerInput',
  'MatrixProduct',
  'CountedNgrams',
  'RecurrentLayer',
  'SequenceCoder',
  'SoftmaxOutput',
  'SplitText',
  'Team',
]);

/** What stands under a heading: described here, or on the page of an entry point that has it too. */
interface Section {
  heading: string;
  own: Exported[];
  elsewhere: Exported[];
}

/** Where something is described: a page in docs/api, and a heading there. */
interface Place {
  page: string;
  anchor: string;
}

/**
 * The pages by their paths, as Markdown.
 *
 * @throws DocsError that lists what is exported without a docstring, and what exports name that is not exported itself
 */
export function apiPages(root: string): Map<string, string> {
  const compiler = new API({ cwd: root });
  try {
    const project = compiler.updateSnapshot({ openProjects: ['tsconfig.json'] }).getProjects()[0]!;
    return new ApiPages(root, readEntries(root, project), project.checker).all();
  } finally {
    compiler.close();
  }
}

class ApiPages {
  readonly #root: string;
  readonly #checker: Checker;
  readonly #schemaTypes: SchemaTypes;
  readonly #outlines: ReadonlyMap<Entry, Section[]>;
  /** By the symbols' ids. */
  readonly #places = new Map<number, Place>();
  readonly #placesByName = new Map<string, Place>();

  constructor(root: string, entries: readonly Entry[], checker: Checker) {
    this.#root = root;
    this.#checker = checker;
    this.#outlines = new Map(entries.map((entry) => [entry, this.#outline(entry)]));
    const exported = entries.flatMap(({ groups }) => [...groups.values()].flat());
    this.#refuseGaps(exported);
    this.#schemaTypes = new SchemaTypes(exported, checker);
  }

  all(): Map<string, string> {
    const entries = [...this.#outlines.keys()];
    return new Map([
      ['docs/api.md', this.#overview()],
      ...entries.map((entry) => [`docs/api/${pageOf(entry)}`, this.#page(entry)] as const),
    ]);
  }

  /** Gives a place on the entry point's page to all that has none yet. */
  #outline(entry: Entry): Section[] {
    const page = pageOf(entry);
    const anchors = new Map<string, number>();
    const seen = new Set<number>();
    anchorOf(entry.name, anchors);
    return Array.from(entry.groups, ([heading, exported]) => {
      anchorOf(heading, anchors);
      const section: Section = { heading, own: [], elsewhere: [] };
      for (const one of exported) {
        const { id } = one.symbol;
        if (seen.has(id)) continue;
        seen.add(id);
        (this.#places.has(id) ? section.elsewhere : section.own).push(one);
        if (this.#places.has(id)) continue;
        const place = { page, anchor: anchorOf(one.name, anchors) };
        this.#places.set(id, place);
        this.#placesByName.set(one.name, place);
      }
      return section;
    });
  }

  /** All entry points with what they offer, but for types. */
  #overview(): string {
    const sections = Array.from(this.#outlines, ([entry, outline]) => {
      const groups = outline.flatMap(({ heading, own, elsewhere }) => {
        const names = [...own, ...elsewhere].filter((one) => !isType(one));
        if (own.length === 0 || names.length === 0) return []; // as on another page, or types alone
        return `* **${heading}**: ${names.map((one) => this.#link(one, '', 'api/')).join(', ')}`;
      });
      return `## [${entry.name}](api/${pageOf(entry)})\n\n${entry.text}\n\n${groups.join('\n')}\n`;
    });
    return [INTRODUCTION, ...sections].join('\n');
  }

  #page(entry: Entry): string {
    const page = pageOf(entry);
    const sections = this.#outlines.get(entry)!.map(({ heading, own, elsewhere }) => {
      const links = elsewhere.map((one) => this.#link(one, page));
      const also = links.length > 0 ? [`The same as elsewhere: ${links.join(', ')}.\n`] : [];
      return [`## ${heading}\n`, ...own.map((one) => this.#description(one, page)), ...also].join('\n');
    });
    return [`${MADE}\n# ${entry.name}\n\n${entry.text} All entry points: [API](../api.md).\n`, ...sections].join('\n');
  }

  #description(exported: Exported, page: string): string {
    const { name, symbol, node } = exported;
    const { text, parameters, returns, throws } = docstringOf(exported, this.#checker);
    const tags = [
      ...parameters.map(([parameter, said]) => `* \`${parameter}\`: ${said}`),
      ...(returns ? [`* returns ${returns}`] : []),
      ...throws.map((said) => `* throws ${said.replace(/^\w+Error\b/, '`$&`')}`),
    ];
    const file = relative(this.#root, node.getSourceFile().fileName);
    const named = [...typesNamedIn(exported, this.#checker)].filter(
      ({ id }) => this.#places.has(id) && id !== symbol.id,
    );
    const links = named.map((one) => this.#link({ name: one.name, symbol: one }, page));
    const code = isSchemaType(exported) ? this.#schemaTypes.interfaceOf(exported) : textOf(exported, this.#checker);
    return [
      `### ${name}\n`,
      text && `${this.#linked(text, name, page)}\n`,
      `\`\`\`ts\n${code}\n\`\`\`\n`,
      tags.length > 0 && `${tags.map((tag) => this.#linked(tag.replaceAll('\n', '\n  '), name, page)).join('\n')}\n`,
      `<sub>[${file}](../../${file})${links.length > 0 ? `; see ${links.join(', ')}` : ''}</sub>\n`,
    ]
      .filter((part) => part !== '' && part !== false)
      .join('\n');
  }

  /** A text with links where it names what is described elsewhere. */
  #linked(text: string, own: string, page: string): string {
    return text.replaceAll(/`(\w+)`/g, (code, name: string) => {
      const place = name === own ? undefined : this.#placesByName.get(name);
      return place ? `[${code}](${addressOf(place, page)})` : code;
    });
  }

  #link({ name, symbol }: Pick<Exported, 'name' | 'symbol'>, page: string, folder = ''): string {
    return `[\`${name}\`](${folder}${addressOf(this.#places.get(symbol.id)!, page)})`;
  }

  #refuseGaps(exported: readonly Exported[]): void {
    const gaps = new Set<string>();
    const inside = new Set<string>();
    for (const one of exported) {
      const { name, node } = one;
      if (isDone(node) && docstringOf(one, this.#checker).text === '')
        gaps.add(`${name} is exported without a docstring`);
      for (const { id, name: type } of typesNamedIn(one, this.#checker)) {
        if (this.#places.has(id)) continue;
        if (INSIDE.has(type)) inside.add(type);
        else gaps.add(`${name} names the type ${type}, which no entry point exports`);
      }
    }
    for (const type of INSIDE)
      if (!inside.has(type)) gaps.add(`INSIDE in scripts/docs/api.ts has ${type}, which nothing names`);
    if (gaps.size > 0) throw new DocsError([...gaps].join('\n'));
  }
}

function pageOf({ name }: Entry): string {
  return `${name.replace('caption-lm/', '')}.md`;
}

function addressOf({ page, anchor }: Place, from: string): string {
  return page === from ? `#${anchor}` : `${page}#${anchor}`;
}

/** As GitHub makes it: a heading that comes again gets a number. */
function anchorOf(heading: string, before: Map<string, number>): string {
  const anchor = heading
    .toLowerCase()
    .replaceAll(' ', '-')
    .replaceAll(/[^\p{L}\p{N}_-]/gu, '');
  const count = before.get(anchor) ?? 0;
  before.set(anchor, count + 1);
  return count > 0 ? `${anchor}-${count}` : anchor;
}
