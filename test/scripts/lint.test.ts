import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The rules of biome.json and scripts/lint on made-up files of a made-up src. */

const project = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caption-lm-lint-'));
  const { default: config } = await import('../../biome.json', { with: { type: 'json' } });
  const plugins = config.plugins.map((path) => join(project, path));
  const vcs = { enabled: false };
  await writeFile(join(folder, 'biome.json'), JSON.stringify({ ...config, $schema: undefined, vcs, plugins }));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['src/nn/stack.ts', `import '../text/vocabulary.ts';`],
  ['src/nn/stack.ts', `import type { Vocabulary } from '../text/vocabulary.ts';\nexport type V = Vocabulary;`],
  ['src/nn/stack.ts', `export * from '../text/vocabulary.ts';`],
  ['src/nn/stack.ts', `export const late = import('../text/vocabulary.ts');`],
  ['src/nn/stack.ts', `export type Late = typeof import('../text/vocabulary.ts');`],
  ['src/base/files.ts', `import '../compute/arena.ts';`],
  ['src/compute/product/onednn.ts', `import '../../nn/stack.ts';`],
  ['src/text/corpus.ts', `import '../nn/stack.ts';`],
  ['src/metrics/bleu.ts', `import '../base/errors.ts';`],
  ['src/report/page.ts', `import '../training/log.ts';`],
  ['src/training/trainer.ts', `import '../report/page.ts';`],
  ['src/model/model.ts', `import '../vision/cnn.ts';`],
  ['src/training/trainer.ts', `import '../language/train.ts';`],
  ['src/captioning/train.ts', `import '../language/train.ts';`],
  ['src/language/train.ts', `import '../vision/cnn.ts';`],
  ['src/sequences/train.ts', `import '../vision/cnn.ts';`],
  ['src/language/train.ts', `import '../sequences/train.ts';`],
  ['src/setup/native.ts', `import '../cli/main.ts';`],
])('%s may not hold %s', async (file, code) => {
  expect(await lint(file, code)).toContain('This room may not import that one');
});

test.each([
  ['src/nn/stack.ts', `import '../compute/arena.ts';\nimport '../base/errors.ts';\nimport './cell.ts';`],
  ['src/compute/product/wasm.ts', `import '../../base/errors.ts';\nimport '../arena.ts';`],
  ['src/captioning/train.ts', `import '../vision/cnn.ts';\nimport '../training/trainer.ts';`],
  ['src/cli/main.ts', `import '../setup/native.ts';\nprocess.stdout.write('done');`],
  ['src/vision/backends/tfjs.ts', `import '@tensorflow/tfjs-core';`],
])('%s may hold %s', async (file, code) => {
  expect(await lint(file, code)).toBe('');
});

test('tfjs is imported by src/vision alone', async () => {
  expect(await lint('src/nn/stack.ts', `import '@tensorflow/tfjs-core';`)).toContain('Only src/vision imports tfjs');
});

test.each([`console.log('done');`, `process.stdout.write('done');`, `process.exit(1);`])(
  'a library may not hold %s',
  async (code) => {
    expect(await lint('src/nn/stack.ts', code)).toContain('Only src/cli prints and exits');
  },
);

/** What biome complains of. */
async function lint(file: string, code: string): Promise<string> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${code}\n`);
  try {
    const biome = join(project, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
    await promisify(execFile)(process.execPath, [biome, 'lint', file], { cwd: folder });
    return '';
  } catch (error) {
    return String((error as { stderr?: string }).stderr);
  } finally {
    await rm(path);
  }
}
