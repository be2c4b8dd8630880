import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { brokenLinks, brokenMentions, type Pages } from '../../scripts/docs/links.ts';

const FILES = ['README.md', 'docs/guide.md', 'docs/boat.jpg', 'src/nn/cell.ts'];
const GUIDE = '# Guide\n\n## What `lm cells` finds: a list\n\n## Twice\n\n## Twice\n';

/** Broken links of README.md beside a guide, without the place. */
function inReadme(text: string): string[] {
  const pages = new Map([
    ['README.md', text],
    ['docs/guide.md', GUIDE],
  ]);
  return brokenLinks(pages, FILES).map((line) => line.replace(/^README\.md:/, ''));
}

describe('brokenLinks', () => {
  test.each([
    'a [guide](docs/guide.md), its [part](docs/guide.md#what-lm-cells-finds-a-list), [again](docs/guide.md#twice-1)',
    '[![boat](docs/boat.jpg)](docs) and [a folder](src/nn/) and <img src="docs/boat.jpg" alt="">',
    '[elsewhere](https://example.org/nowhere.md#x), <mailto:a@example.org>, [post](mailto:a@example.org)',
    'in code `[x](none.md)`\n\n```md\n[x](none.md)\n# no heading\n```',
    '# Here\n\n[up](#here)\n\n[guide]: docs/guide.md "The guide"',
  ])('finds nothing in: %s', (text) => {
    expect(inReadme(text)).toEqual([]);
  });

  test.each([
    ['one\n\n[x](docs/none.md)', '3: docs/none.md: no such file'],
    ['![x](boat.jpg)', '1: boat.jpg: no such file'],
    ['<img src="boat.jpg">', '1: boat.jpg: no such file'],
    ['[x]: docs/none.md', '1: docs/none.md: no such file'],
    ['[![x](none.jpg)](docs/guide.md)', '1: none.jpg: no such file'],
    ['[x](docs/guide.md#twice-2)', '1: docs/guide.md#twice-2: no heading there makes this anchor'],
    ['```\n# here\n```\n[x](#here)', '4: #here: no heading there makes this anchor'],
    ['[x](src/nn/cell.ts#L5)', '1: src/nn/cell.ts#L5: an anchor in what is not Markdown'],
    ['[x](../shared/notes.md)', '1: ../shared/notes.md: outside the repository'],
    ['[x](/docs/guide.md)', '1: /docs/guide.md: a link in the repository is relative'],
  ])('says of %j: %s', (text, expected) => {
    expect(inReadme(text)).toEqual([expect.stringContaining(expected)]);
  });
});

test('brokenMentions finds paths that are named and not there, in prose and in comments of the source', () => {
  const pages = new Map([
    ['README.md', 'see `src/nn/cell.ts`, `src/nn`, `src/none.ts`, `a / b`\n```\n`src/no.ts`\n```'],
  ]);
  const sources = new Map([['src/nn/cell.ts', '// see docs/guide.md\n// and docs/old.md']]);
  expect(brokenMentions(pages, sources, FILES)).toEqual([
    'README.md:1: src/none.ts: no such file in the repository',
    'src/nn/cell.ts:2: docs/old.md: no such file in the repository',
  ]);
});

describe('this repository', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  // What is committed, or will be: a link to what is built or fetched would work on this machine alone.
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root });
  const files = listed.toString().trim().split('\n');
  const read = (pattern: RegExp): Pages =>
    new Map(files.filter((file) => pattern.test(file)).map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const pages = read(/\.md$/);

  test('has no broken link', () => {
    expect(pages.size).toBeGreaterThan(10);
    expect(brokenLinks(pages, files)).toEqual([]);
  });

  test('names no file that is not there', () => {
    expect(brokenMentions(pages, read(/^(src|bench|examples|scripts)\/.*\.[jt]s$/), files)).toEqual([]);
  });

  test('has a README of at most 130 lines of 140 characters that speaks of today', () => {
    const readme = pages.get('README.md')!;
    const lines = readme.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(130);
    expect(lines.filter((line) => line.length > 140)).toEqual([]);
    expect(readme).not.toMatch(/\bearlier\b/i);
  });
});
