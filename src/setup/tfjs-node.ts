/**
 * Builds @tensorflow/tfjs-node where its own installation fails, because that downloads libtensorflow from a host that
 * proxies and arm64 machines often can't reach: the library comes from TensorFlow's wheel instead, and the binding to
 * it is compiled here. It gets a folder of its own in the cache, with its own node_modules.
 */
import { cp, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '../base/errors.ts';
import { makeFolder } from '../base/files.ts';
import { packageFolder } from '../base/optional-package.ts';
import { npmInstall, run } from './commands.ts';
import { buildFolder, exists, type SetupOutcome } from './native.ts';
import { unpackWheel } from './unpack-wheel.ts';
import { TENSORFLOW_WHEELS, wheelFor } from './wheels.ts';

const PACKAGE = '@tensorflow/tfjs-node';
const VERSION = '4.22.0';
/** The names that tfjs-node's installer and the linker look for, and the files of the wheel that they mean. */
const LINKS = {
  'libtensorflow.so': 'libtensorflow_cc.so.2',
  'libtensorflow.so.2.9.1': 'libtensorflow_cc.so.2',
  'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
  'libtensorflow_framework.so.2.9.1': 'libtensorflow_framework.so.2',
};
const HEADERS = ['tensorflow/c', 'tensorflow/core/platform', 'tsl/platform', 'tsl/c', 'xla'];
const ADVICE =
  'It needs npm, a C++ compiler, make and Python 3 with pip. The CNN works without it: --cnn-backend wasm.';

/**
 * Builds tfjs-node, unless it is there, which takes a minute or two.
 *
 * @param onStep called with what is done next
 * @throws InputError when a tool is missing or fails; nothing half done is left
 */
export async function setupTfjsNode(onStep: (step: string) => void): Promise<SetupOutcome> {
  const wheel = wheelFor(TENSORFLOW_WHEELS);
  if (!wheel) return 'unavailable';
  const folder = packageFolder(PACKAGE);
  if (await exists(folder)) return 'present';
  const headers = await nodeHeaders();
  await buildFolder(folder, async (work) => {
    onStep(`installing ${PACKAGE} ${VERSION}`);
    const result = await npmInstall(`${PACKAGE}@${VERSION}`, join(work, 'result'), ADVICE);

    onStep(`fetching libtensorflow (${wheel.megabytes} MB)`);
    await unpackWheel(wheel, work);
    const source = join(work, 'wheel', 'tensorflow');
    const binding = join(result, 'node_modules', PACKAGE);
    const libraries = join(binding, 'deps', 'lib');
    await makeFolder(libraries);
    for (const [name, file] of Object.entries(LINKS)) {
      if (!(await exists(join(libraries, file)))) await cp(join(source, file), join(libraries, file));
      await symlink(file, join(libraries, name));
    }
    for (const part of HEADERS) {
      const from = join(source, 'include', part);
      if (await exists(from)) await cp(from, join(binding, 'deps', 'include', part), { recursive: true });
    }

    onStep('compiling the binding');
    const build = ['install', '--build-from-source', `--nodedir=${headers}`];
    const preGyp = join(result, 'node_modules', '.bin', 'node-pre-gyp');
    await run(preGyp, build, { cwd: binding, env: { npm_config_nodedir: headers }, advice: ADVICE });
    return result;
  });
  return 'fetched';
}

/** The folder whose include/node holds Node's headers: where npm is told they are, beside Node, or in the system's. */
async function nodeHeaders(): Promise<string> {
  const configured = (await run('npm', ['config', 'get', 'nodedir'], { advice: ADVICE })).trim();
  const candidates = [configured, dirname(dirname(process.execPath)), '/usr'].filter((path) => path.startsWith('/'));
  for (const candidate of candidates) {
    if (await exists(join(candidate, 'include', 'node', 'node_api.h'))) return candidate;
  }
  throw new InputError("Node's headers are missing", {
    found: `no include/node/node_api.h in ${candidates.join(', ')}`,
    advice: 'Install them (for example the package libnode-dev), or name their folder by `npm config set nodedir`.',
  });
}
