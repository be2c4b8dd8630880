/**
 * Finds links that lead nowhere in this repository's Markdown: missing files and pictures, headings that are not there,
 * and paths that are named in the text but do not exist. Knows the repository as a list of paths; opens no file and
 * fetches no address.
 */
import { posix } from 'node:path';

/** Markdown files by their paths in the repository, which are written with `/`. */
export type Pages = ReadonlyMap<string, string>;

interface Line {
  number: number;
  text: string;
}

/**
 * Checks every relative link, anchor and picture. Links in code are text, addresses of other sites are not looked at.
 *
 * @param files all files of the repository, the pages among them
 * @returns a line for each broken link: where it stands, what it says and why it is broken
 */
export function brokenLinks(pages: Pages, files: readonly string[]): string[] {
  const known = withFolders(files);
  const anchors = new Map([...pages].map(([page, text]) => [page, anchorsOf(text)]));
  return [...pages].flatMap(([page, text]) =>
    proseOf(text).flatMap(({ number, text: line }) =>
      targetsIn(withoutCode(line)).flatMap((target) => {
        const fault = faultOf(target, page);
        return fault ? [`${page}:${number}: ${target}: ${fault}`] : [];
      }),
    ),
  );

  function faultOf(target: string, page: string): string | undefined {
    if (/^([a-z][a-z\d+.-]*:|\/\/)/i.test(target)) return undefined;
    const [path = '', anchor] = target.split('#');
    if (path.startsWith('/')) return 'a link in the repository is relative to its page';
    const file = path === '' ? page : posix.join(posix.dirname(page), decodeURIComponent(path));
    if (file.startsWith('..')) return 'outside the repository';
    if (!known.has(posix.normalize(`${file}/.`).replace(/\/$/, ''))) return 'no such file in the repository';
    if (anchor === undefined) return undefined;
    const headings = anchors.get(file);
    if (!headings) return 'an anchor in what is not Markdown';
    return headings.has(anchor)
      ? undefined
      : `no heading there makes this anchor; there are ${[...headings].join(', ')}`;
  }
}

/**
 * Checks the paths that a text names without a link: `src/nn/cell.ts` in the code of a page's prose, and `docs/*.md` in
 * comments of the source.
 *
 * @param sources other files to be searched, by their paths
 * @returns as `brokenLinks`
 */
export function brokenMentions(pages: Pages, sources: Pages, files: readonly string[]): string[] {
  const known = withFolders(files);
  const inPages = [...pages].flatMap(([page, text]) =>
    proseOf(text).flatMap(({ number, text: line }) =>
      codeIn(line)
        .filter((code) => /^(src|test|docs|scripts|examples|bench|data)(\/[\w.-]+)+\/?$/.test(code))
        .map((path) => ({ at: `${page}:${number}`, path: path.replace(/\/$/, '') })),
    ),
  );
  const inSources = [...sources].flatMap(([source, text]) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        (line.match(/\bdocs\/[\w/-]+\.md\b/g) ?? []).map((path) => ({ at: `${source}:${index + 1}`, path })),
      ),
  );
  return [...inPages, ...inSources]
    .filter(({ path }) => !known.has(path))
    .map(({ at, path }) => `${at}: ${path}: no such file in the repository`);
}

/** Anchors of a page's headings, as GitHub makes them: a second heading of the same words gets `-1`. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const { text } of proseOf(page)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const words = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = words.replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replaceAll(' ', '-');
    let unique = anchor;
    for (let n = 1; anchors.has(unique); n++) unique = `${anchor}-${n}`;
    anchors.add(unique);
  }
  return anchors;
}

/** The lines of a page but for those of fenced code blocks. */
function proseOf(page: string): Line[] {
  let fence: string | undefined;
  return page.split('\n').flatMap((text, index) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(text)?.[1];
    if (fence === undefined) {
      fence = mark;
      return mark === undefined ? [{ number: index + 1, text }] : [];
    }
    if (mark?.startsWith(fence)) fence = undefined;
    return [];
  });
}

const CODE = /(`+)(.+?)\1/g;

function withoutCode(line: string): string {
  return line.replace(CODE, '');
}

function codeIn(line: string): string[] {
  return Array.from(line.matchAll(CODE), ([, , code]) => code!.trim());
}

/** What a line links to: inline links and pictures, definitions of reference links, and attributes of HTML. */
function targetsIn(line: string): string[] {
  const kinds = [/\]\(\s*<?([^\s)>]+)/g, /^\s*\[[^\]]+\]:\s*<?([^\s>]+)/g, /\b(?:href|src)="([^"]+)"/g];
  return kinds.flatMap((kind) => Array.from(line.matchAll(kind), ([, target]) => target!));
}

/** Paths of files, and those of the folders that they lie in. */
function withFolders(files: readonly string[]): Set<string> {
  const known = new Set(files);
  for (const file of files) {
    for (let folder = posix.dirname(file); !known.has(folder); folder = posix.dirname(folder)) known.add(folder);
  }
  return known;
}
