/**
 * Pictures without an alternative text in HTML, which is read as browsers do, whatever is wrong with it. Decorative ones,
 * by the HTML standard (4.8.4.4.3) and WAI-ARIA, are passed over. Knows no files.
 */
import { type DefaultTreeAdapterTypes, html, parse } from 'parse5';
import type { FoundPicture, PicturesInMarkup } from './found-picture.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

/** The pictures of a document, or of a part of one, that have no `alt` and are not hidden from readers. */
export function picturesInHtml(text: string): PicturesInMarkup {
  const pictures: FoundPicture[] = [];
  let base: string | undefined;
  const options = { sourceCodeLocationInfo: true, scriptingEnabled: false } as const; // <noscript> may hold pictures
  const open: { node: Node; isHidden: boolean }[] = inOrder(parse(text, options).childNodes, false);
  for (let next = open.pop(); next; next = open.pop()) {
    const { node } = next;
    if (!('tagName' in node)) continue;
    const isHidden = next.isHidden || attribute(node, 'aria-hidden')?.toLowerCase() === 'true';
    if (node.tagName === 'base') base ??= attribute(node, 'href');
    if (node.tagName === 'img' && node.namespaceURI === html.NS.HTML && !isHidden && !isNamed(node)) {
      const picture = pictureOf(node);
      if (picture) pictures.push(picture);
    }
    const children = 'content' in node ? node.content.childNodes : node.childNodes; // of a <template>
    open.push(...inOrder(children, isHidden));
  }
  // Browsers move what stands in a wrong place: the order is that of the text.
  return { pictures: pictures.sort((a, b) => a.at - b.at), base };
}

function inOrder(nodes: readonly Node[], isHidden: boolean): { node: Node; isHidden: boolean }[] {
  return nodes.map((node) => ({ node, isHidden })).reverse();
}

/** Whether a picture has a text, be it the empty one of a decoration, or is a decoration by its role. */
function isNamed(element: Element): boolean {
  const role = attribute(element, 'role')?.trim().toLowerCase() ?? '';
  const names = ['alt', 'aria-label', 'aria-labelledby'];
  return /^(presentation|none)\b/.test(role) || names.some((name) => attribute(element, name) !== undefined);
}

/** @returns undefined where it names no picture */
function pictureOf(element: Element): FoundPicture | undefined {
  const { attrs, startOffset } = element.sourceCodeLocation!;
  const name = ['src', 'srcset', 'data-src'].find((name) => attribute(element, name)?.trim());
  const end = name === undefined ? undefined : attrs?.[name]?.endOffset;
  if (name === undefined || end === undefined) return undefined;
  const value = attribute(element, name)!.trim();
  const address = name === 'srcset' ? value.split(/[\s,]/, 1)[0]! : value;
  return { address, at: startOffset, from: end, to: end, write: (text) => ` alt="${escaped(text)}"` };
}

function attribute({ attrs }: Element, name: string): string | undefined {
  return attrs.find((one) => one.name === name)?.value;
}

const REFERENCES: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' };

function escaped(text: string): string {
  return text.replace(/[&"<>]/g, (sign) => REFERENCES[sign]!);
}
