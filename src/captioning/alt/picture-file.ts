/** Where the picture is that a document names: by a path from the document or from the root of a site. Fetches nothing. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The file of a picture, or why there is none to be described. */
export type PictureFile = { path: string } | { without: string };

/**
 * Finds a picture's file.
 *
 * @param address as the document has it
 * @param options `document` is its path; `base` what its `<base>` says; `root` the folder of the site
 */
export async function pictureFile(
  address: string,
  { document, base = '', root }: { document: string; base?: string | undefined; root?: string | undefined },
): Promise<PictureFile> {
  const kind = kindOf(address) ?? (address.startsWith('/') ? undefined : kindOf(base));
  if (kind !== undefined) return { without: kind };
  const path = pathOf(address.startsWith('/') ? address : base.slice(0, base.lastIndexOf('/') + 1) + address);
  const isFromRoot = path.startsWith('/');
  const folders = isFromRoot ? [root] : [dirname(document), root];
  for (const folder of folders) {
    if (folder === undefined) continue;
    const file = join(folder, path);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) return { path: file };
  }
  if (isFromRoot && root === undefined) return { without: 'begins at the root of a site, which --root names' };
  return { without: TEMPLATE.test(address) ? 'is filled in by a template' : NOT_THERE };
}

/** What is said of a picture that should be there. */
export const NOT_THERE = 'is not there';

/** What Liquid, Jinja, Handlebars, ERB, PHP or JavaScript put something else in place of. */
const TEMPLATE = /\{[{%]|<[%?]|\$\{/;

/** What an address is that is no path. */
function kindOf(address: string): string | undefined {
  if (/^data:/i.test(address)) return 'is a part of the document itself';
  if (/^([a-z][a-z\d+.-]*:|\/\/)/i.test(address)) return 'is elsewhere, and is not fetched';
  return undefined;
}

/** The path in an address: without `?query` and `#fragment`, and with what `%20` stands for. */
function pathOf(address: string): string {
  const path = address.replace(/[?#].*/s, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
