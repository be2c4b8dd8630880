/**
 * Fetches ONNX Runtime by npm into a folder of its own in the cache, with its own node_modules. The package brings the
 * libraries of all platforms; only this one's stay. What its own installation would download, CUDA, is not wanted.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolder } from '../base/optional-package.ts';
import { npmInstall } from './commands.ts';
import { buildFolder, exists, type SetupOutcome } from './native.ts';

const PACKAGE = 'onnxruntime-node';
const VERSION = '1.30.0';
/** What the package has libraries for. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
const ADVICE = "It needs npm and a way to npm's registry. The CNN works without it: --cnn-backend wasm.";

/**
 * Fetches ONNX Runtime, unless it is there.
 *
 * @param onStep called with what is done next
 * @throws InputError when npm is missing or fails; nothing half done is left
 */
export async function setupOnnxruntime(onStep: (step: string) => void): Promise<SetupOutcome> {
  const { platform, arch } = process;
  if (!PLATFORMS.includes(`${platform}-${arch}`)) return 'unavailable';
  const folder = packageFolder(PACKAGE);
  if (await exists(folder)) return 'present';
  await buildFolder(folder, async (work) => {
    onStep(`fetching ${PACKAGE} ${VERSION} (114 MB)`);
    const result = await npmInstall(`${PACKAGE}@${VERSION}`, join(work, 'result'), ADVICE);
    const libraries = join(result, 'node_modules', PACKAGE, 'bin', 'napi-v6');
    await keepOnly(platform, libraries);
    await keepOnly(arch, join(libraries, platform));
    return result;
  });
  return 'fetched';
}

async function keepOnly(name: string, folder: string): Promise<void> {
  const others = (await readdir(folder)).filter((entry) => entry !== name);
  for (const other of others) await rm(join(folder, other), { recursive: true });
}
