import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { nativeFolder } from '../../src/compute/product/libraries.ts';
import { buildFolder, setupProduct } from '../../src/setup/native.ts';
import { setupOnnxruntime } from '../../src/setup/onnxruntime.ts';
import { setupTfjsNode } from '../../src/setup/tfjs-node.ts';
import { PRODUCT_WHEELS, TENSORFLOW_WHEELS } from '../../src/setup/wheels.ts';
import { expectInputError } from '../input-error.ts';

/** Nothing here reaches the network: a shell script stands in for Python, with pip's own words. */

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caption-lm-setup-'));
  vi.stubEnv('CAPTION_LM_CACHE', join(folder, 'cache'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

test.each([
  ...Object.values(PRODUCT_WHEELS).flatMap((wheels) => Object.values(wheels)),
  ...Object.values(TENSORFLOW_WHEELS),
])('$requirement for $platform is pinned by version and hash', ({ requirement, sha256 }) => {
  expect(requirement).toMatch(/^[a-z\d-]+==[\d.]+$/);
  expect(sha256).toMatch(/^[\da-f]{64}$/);
});

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('set-up on Linux x64', () => {
  test.each([
    ['no pip', '/usr/bin/python3: No module named pip', 'No module named pip'],
    [
      'no network',
      "WARNING: Retrying: Failed to establish a new connection: [Errno -2] Name or service not known')'\n" +
        'ERROR: No matching distribution found for onednn-cpu-gomp==2023.2.0',
      'Name or service not known',
    ],
    [
      'no wheel for this machine',
      'ERROR: No matching distribution found for onednn-cpu-gomp==2023.2.0',
      'No matching distribution found',
    ],
    [
      'another file than the pinned one',
      'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n    Expected sha256 2f22\n         Got 1f22',
      'Expected sha256 2f22',
    ],
    [
      'a full disk',
      'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
      'No space',
    ],
  ])('%s: one line that says so and what is needed; nothing is left', async (_, words, expected) => {
    await fakePython(`echo ${quoted(words)} >&2\nexit 1`);
    const message = new RegExp(`python3 -m pip download failed: .*${expected}.*It needs Python 3 with pip`);
    await expectInputError(
      setupProduct('onednn', () => {}),
      message,
    );
    expect(await contents()).toEqual([]);
  });

  test('no Python at all', async () => {
    vi.stubEnv('PATH', folder);
    await expectInputError(
      setupProduct('onednn', () => {}),
      /python3 .*failed.*It needs Python 3 with pip/,
    );
    expect(await contents()).toEqual([]);
  });

  test('a wheel without the library', async () => {
    await fakePython(downloads({ 'readme.txt': 'nothing' }));
    await expectInputError(
      setupProduct('onednn', () => {}),
      'holds none of libdnnl.so.3',
    );
    expect(await contents()).toEqual([]);
  });

  test('of a wheel the library is kept, under its version, and fetched once', async () => {
    await fakePython(downloads({ 'x.data/data/lib/libdnnl.so.3': 'library', 'x.data/data/include/dnnl.h': 'header' }));
    const sizes: number[] = [];
    const fetched = (megabytes: number) => sizes.push(megabytes);
    expect(await setupProduct('onednn', fetched)).toBe('fetched');
    expect(await setupProduct('onednn', fetched)).toBe('present');
    expect(sizes).toEqual([39]);
    expect(await contents()).toEqual(['onednn', 'onednn/2023.2.0', 'onednn/2023.2.0/libdnnl.so.3']);
    expect(nativeFolder('onednn')).toBe(join(folder, 'cache', 'native', 'onednn'));
  });

  test('tfjs-node: a failing npm is named, with what it takes; nothing is left', async () => {
    await fake('npm', 'if [ "$1" = config ]; then echo /usr; else echo "npm error network" >&2; exit 1; fi');
    await expectInputError(
      setupTfjsNode(() => {}),
      /npm|headers/,
    );
    expect(await contents()).toEqual([]);
  });

  test('ONNX Runtime: a failing npm is named, with what it takes; nothing is left', async () => {
    await fake('npm', 'echo "npm error network" >&2; exit 1');
    await expectInputError(
      setupOnnxruntime(() => {}),
      /npm install .*failed: found npm error network.*It needs npm/,
    );
    expect(await contents()).toEqual([]);
  });

  test("ONNX Runtime: of all platforms' libraries this one's are kept", async () => {
    const files = ['linux/x64', 'linux/arm64', 'darwin/arm64'].map((platform) => `bin/napi-v6/${platform}/library`);
    const making = files.map((file) => `mkdir -p "$(dirname ${file})"; touch ${file}`);
    await fake('npm', `mkdir -p node_modules/onnxruntime-node; cd node_modules/onnxruntime-node; ${making.join('; ')}`);
    expect(await setupOnnxruntime(() => {})).toBe('fetched');
    expect(await setupOnnxruntime(() => {})).toBe('present');
    const libraries = (await contents()).filter((path) => path.endsWith('library'));
    expect(libraries).toEqual(['onnxruntime-node/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/library']);
  });
});

describe('buildFolder', () => {
  test('a folder is not there before it is whole', async () => {
    const target = join(folder, 'cache', 'native', 'target');
    await buildFolder(target, async (work) => {
      await mkdir(join(work, 'result'));
      await writeFile(join(work, 'result', 'file'), '');
      expect(await contents()).not.toContain('target');
      return join(work, 'result');
    });
    expect(await contents()).toEqual(['target', 'target/file']);
  });

  test('two at once: the second is content with what the first made', async () => {
    const target = join(folder, 'cache', 'native', 'target');
    const build = async (work: string) => {
      await mkdir(join(work, 'result'));
      await writeFile(join(work, 'result', 'file'), '');
      return join(work, 'result');
    };
    await Promise.all([buildFolder(target, build), buildFolder(target, build)]);
    expect(await contents()).toEqual(['target', 'target/file']);
  });
});

/** Everything below the folder of native libraries. */
async function contents(): Promise<string[]> {
  const paths = await readdir(join(folder, 'cache', 'native'), { recursive: true }).catch(() => []);
  // The parent of a library may stay, empty.
  return paths.filter((path) => path !== 'onednn' || paths.some((other) => other.startsWith('onednn/'))).sort();
}

/** Puts a shell script before all programs of this name. */
async function fake(program: string, script: string): Promise<void> {
  const path = join(folder, 'bin', program);
  await mkdir(join(folder, 'bin'), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  if (!process.env['PATH']?.startsWith(join(folder, 'bin'))) {
    vi.stubEnv('PATH', `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`);
  }
}

function fakePython(script: string): Promise<void> {
  return fake('python3', script);
}

/** A pip that "downloads" nothing, and an unzip that makes these files in the folder that it is given last. */
function downloads(files: Record<string, string>): string {
  const making = Object.entries(files).map(
    ([path, content]) => `mkdir -p "$last/$(dirname ${path})"; echo ${content} > "$last/${path}"`,
  );
  return `for last; do :; done\nif [ "$1" = -c ]; then ${making.join('; ')}; fi`;
}

function quoted(words: string): string {
  return `'${words.replaceAll("'", "'\\''")}'`;
}
