import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** A name that src exports means one thing, so that a reader need not look where it was imported from. */

test('no two files of src export the same name', async () => {
  expect(doubled(await sources())).toEqual([]);
});

test('the search finds what is declared twice, in whatever form', () => {
  const declarations = [
    ['export interface One {', 'export abstract class One {'],
    ['export const two = 2;', 'export async function* two() {'],
    ['export type Three = 3;', 'export let Three = 3;'],
    [`export { four } from './other.ts';`, 'export function four() {'],
    [`export {\n  type Five,\n  six as five,\n} from './other.ts';`, 'export type Five = 5;'],
    [`export * from './other.ts';`, `export type { Six } from './other.ts';`],
  ];
  const files = [0, 1].map((file) => [`${file}.ts`, declarations.map((each) => each[file]).join('\n')] as const);
  expect(doubled(new Map(files))).toEqual(['One: 0.ts, 1.ts', 'two: 0.ts, 1.ts', 'Three: 0.ts, 1.ts']);
  expect(() => doubled(new Map([['a.ts', 'export const { a } = b;']]))).toThrow('a.ts: export const { a } = b;');
});

/**
 * The files of src by their paths. Not the kernels, which are a program of their own, and no X.browser.ts, which exports
 * what X.ts does.
 */
async function sources(): Promise<Map<string, string>> {
  const paths = (await readdir('src', { recursive: true })).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.browser.ts') && !path.startsWith(join('compute', 'kernels', '')),
  );
  return new Map(
    await Promise.all(paths.sort().map(async (path) => [path, await readFile(join('src', path), 'utf8')] as const)),
  );
}

const DECLARATION = /^export (?:abstract |async )*(?:class|const|function\*?|interface|let|type) (\w+)/;
const PASSED_ON = /^export (?:\*|(?:type )?\{[^}]*\}) from /;

/** The names that several files declare, with these files. What one file passes on of another is no declaration. */
function doubled(files: ReadonlyMap<string, string>): string[] {
  const declaredIn = new Map<string, Set<string>>();
  for (const [path, source] of files) {
    for (const { index } of source.matchAll(/^export\b/gm)) {
      const statement = source.slice(index);
      const name = DECLARATION.exec(statement)?.[1];
      if (name) declaredIn.set(name, (declaredIn.get(name) ?? new Set()).add(path));
      else if (!PASSED_ON.test(statement)) throw new Error(`${path}: ${statement.split('\n', 1)[0]}`);
    }
  }
  return [...declaredIn]
    .filter(([, paths]) => paths.size > 1)
    .map(([name, paths]) => `${name}: ${[...paths].join(', ')}`);
}
