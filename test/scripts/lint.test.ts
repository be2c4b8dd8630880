import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The rules of biome.json and scripts/lint on made-up files, all of which one run of the linter reads. */

const project = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
/** What the linter says of each case, by its number. */
let messages: string[][];

/** Files of a made-up project, by their paths. */
type Files = Readonly<Record<string, string>>;
const cases: Files[] = [];

/** A test of what is said of a made-up project. */
function testLint(name: string, files: Files, check: (messages: readonly string[]) => void): void {
  const place = cases.push(files) - 1;
  test(name, () => check(messages[place]!));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caption-lm-lint-'));
  for (const [place, files] of cases.entries()) {
    for (const [path, code] of Object.entries(files)) {
      const file = join(folder, String(place), path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${code}\n`);
    }
  }
  await writeFile(join(folder, 'biome.json'), JSON.stringify(await configFor()));
  messages = await lint(folder);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('which room may import which', () => {
  for (const [file, code] of [
    ['src/nn/stack.ts', `import '../text/vocabulary.ts';`],
    ['src/nn/stack.ts', `import type { Vocabulary } from '../text/vocabulary.ts';\nexport type V = Vocabulary;`],
    ['src/nn/stack.ts', `export * from '../text/vocabulary.ts';`],
    ['src/nn/stack.ts', `export const late = import('../text/vocabulary.ts');`],
    ['src/nn/stack.ts', `export type Late = typeof import('../text/vocabulary.ts');`],
    ['src/base/files.ts', `import '../compute/arena.ts';`],
    ['src/base/files.browser.ts', `import '../compute/arena.ts';`],
    ['src/compute/product/onednn.ts', `import '../../nn/stack.ts';`],
    ['src/text/corpus.ts', `import '../nn/stack.ts';`],
    ['src/metrics/bleu.ts', `import '../text/vocabulary.ts';`],
    ['src/report/page.ts', `import '../training/log.ts';`],
    ['src/training/trainer.ts', `import '../report/page.ts';`],
    ['src/model/model.ts', `import '../vision/cnn.ts';`],
    ['src/training/trainer.ts', `import '../language/train.ts';`],
    ['src/captioning/train.ts', `import '../language/train.ts';`],
    ['src/captioning/train.ts', `import '../server/server.ts';`],
    ['src/server/server.ts', `import '../cli/run.ts';`],
    ['src/language/train.ts', `import '../vision/cnn.ts';`],
    ['src/language/train.ts', `import '../sequences/train.ts';`],
    ['src/sequences/train.ts', `import '../captioning/train.ts';`],
    ['src/sequences/train.ts', `import '../language/train.ts';`],
    ['src/sequences/train.ts', `import '../translation/train.ts';`],
    ['src/translation/train.ts', `import '../sequences/train.ts';`],
    ['src/translation/train.ts', `import '../vision/cnn.ts';`],
    ['src/setup/native.ts', `import '../cli/main.ts';`],
  ] as const) {
    testLint(`${file} may not hold ${code}`, { [file]: code }, (messages) =>
      expect(messages).toContainEqual(expect.stringContaining('This room may not import that one')),
    );
  }

  for (const [file, code] of [
    ['src/nn/stack.ts', `import '../compute/arena.ts';\nimport '../base/errors.ts';\nimport './cell.ts';`],
    ['src/compute/product/wasm.ts', `import '../../base/errors.ts';\nimport '../arena.ts';`],
    ['src/captioning/train.ts', `import '../vision/cnn.ts';\nimport '../training/trainer.ts';`],
    ['src/sequences/data/pictures.ts', `import '../../vision/cnn.ts';`],
    ['src/translation/train.ts', `import '../training/trainer.ts';`],
    ['src/cli/main.ts', `import '../setup/native.ts';\nprocess.stdout.write('done');`],
    ['src/vision/backends/tfjs.ts', `import '@tensorflow/tfjs-core';\nimport '../network.ts';`],
  ] as const) {
    testLint(`${file} may hold ${code}`, { [file]: code }, (messages) => expect(messages).toEqual([]));
  }
});

describe('a circle of imports is found', () => {
  const CYCLE = 'This import is part of a cycle.';
  const circles: Record<string, Files> = {
    'of values': {
      'src/nn/a.ts': `import { b } from './b.ts';\n\nexport const a = () => b;`,
      'src/nn/b.ts': `import { a } from './a.ts';\n\nexport const b = () => a;`,
    },
    'of types alone, one beside a value': {
      'src/nn/a.ts': `import type { B } from './b.ts';\n\nexport type A = B[];`,
      'src/nn/b.ts': `import { type A, one } from './a.ts';\n\nexport const b: A = one;\nexport type B = A;`,
    },
    'of types that are passed on, over three files': {
      'src/nn/a.ts': `export type { B } from './b.ts';`,
      'src/nn/b.ts': `export type { C as B } from './c.ts';`,
      'src/nn/c.ts': `import type { B } from './a.ts';\n\nexport type C = B;`,
    },
  };
  for (const [name, files] of Object.entries(circles)) {
    testLint(name, files, (messages) => expect(messages).toEqual(Object.keys(files).map(() => CYCLE)));
  }

  const hidden = { 'src/nn/a.ts': `export type A = import('./b.ts').B;` };
  testLint('and could not hide in a type that is imported where it is used', hidden, (messages) =>
    expect(messages).toEqual([expect.stringContaining('Import this type by a statement of its own')]),
  );
});

testLint('tfjs is imported by src/vision alone', { 'src/nn/a.ts': `import '@tensorflow/tfjs-core';` }, (messages) =>
  expect(messages).toEqual([expect.stringContaining('Only src/vision imports tfjs')]),
);

for (const code of [`console.log('done');`, `process.stdout.write('done');`, `process.exit(1);`]) {
  testLint(`a library may not hold ${code}`, { 'src/nn/a.ts': code }, (messages) =>
    expect(messages).toContainEqual(expect.stringContaining('Only src/cli prints and exits')),
  );
}

/** The project's own configuration, for cases that are a folder deeper. */
async function configFor(): Promise<object> {
  const { default: config } = await import('../../biome.json', { with: { type: 'json' } });
  const plugins = config.plugins.map((path) => join(project, path));
  const overrides = config.overrides.map(({ includes, ...rest }) => ({
    ...rest,
    includes: includes.map((glob) => glob.replace('src/', '*/src/')),
  }));
  return { ...config, $schema: undefined, root: true, vcs: { enabled: false }, plugins, overrides };
}

async function lint(root: string): Promise<string[][]> {
  const biome = join(project, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const options = ['lint', '--reporter=json', '--max-diagnostics=none'];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, [biome, ...options], { cwd: root }, (_, stdout) => resolve(stdout));
  });
  const { diagnostics } = JSON.parse(output) as { diagnostics: { message: string; location: { path: string } }[] };
  return cases.map((_, place) =>
    diagnostics.filter(({ location }) => location.path.startsWith(`${place}/`)).map(({ message }) => message),
  );
}
