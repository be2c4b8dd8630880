/**
 * Pictures without an alternative text in Markdown (CommonMark), also those of HTML that stands in it. As Markdown can't say
 * that a picture has no text, one whose text is empty lacks it. Front matter is left alone. Knows no files.
 */
import { fromMarkdown } from 'mdast-util-from-markdown';
import type { FoundPicture, PicturesInMarkup } from './found-picture.ts';
import { picturesInHtml } from './html.ts';

type Root = ReturnType<typeof fromMarkdown>;
type Node = Root | Root['children'][number];

/** What site generators take for YAML or TOML at the beginning of a text, where Markdown's signs mean something else. */
const FRONT_MATTER = /^(---|\+\+\+)[ \t]*\r?\n(?!\s*\n).*?\r?\n(?:\1|\.\.\.)[ \t]*(?:\r?\n|$)/s;

/** The pictures of a text whose brackets are empty, and those in its HTML that have no `alt`. */
export function picturesInMarkdown(text: string): PicturesInMarkup {
  const content = text.replace(FRONT_MATTER, (matter) => matter.replace(/[^\r\n]/g, ' ')); // all else keeps its place
  const nodes = [...nodesOf(fromMarkdown(content))];
  const addresses = new Map<string, string>();
  for (const node of nodes) {
    // The first definition counts, by CommonMark.
    if (node.type === 'definition' && !addresses.has(node.identifier)) addresses.set(node.identifier, node.url);
  }
  const pictures = nodes.flatMap((node): FoundPicture[] => {
    const [at, end] = [node.position!.start.offset!, node.position!.end.offset!];
    if (node.type === 'html') return picturesInHtml(text.slice(at, end)).pictures.map((picture) => moved(picture, at));
    if (node.type !== 'image' && node.type !== 'imageReference') return [];
    const brackets = /^!\[(\s*)\]/.exec(text.slice(at, end));
    const address = node.type === 'image' ? node.url : addresses.get(node.identifier);
    if (!brackets || !address) return [];
    return [{ address, at, from: at + 2, to: at + 2 + brackets[1]!.length, write: escaped }];
  });
  return { pictures };
}

function* nodesOf(node: Node): Generator<Node> {
  yield node;
  if ('children' in node) for (const child of node.children) yield* nodesOf(child);
}

function moved(picture: FoundPicture, by: number): FoundPicture {
  return { ...picture, at: picture.at + by, from: picture.from + by, to: picture.to + by };
}

/** A text in which no sign means anything to Markdown, nor to the tables of GitHub's. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>&!|~]/g, '\\$&');
}
