/** Wheels of Python packages, which hold native libraries: fetched by pip and unpacked. Knows no library. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../base/files.ts';
import { run } from './commands.ts';
import type { Wheel } from './wheels.ts';

const ADVICE =
  'It needs Python 3 with pip and a way to PyPI. Everything works without it, more slowly: --blas wasm, --cnn-backend wasm.';

/**
 * Downloads a wheel by pip, which checks its hash, and unpacks it into an empty folder. Nothing is installed into any
 * Python.
 *
 * @throws InputError when Python or pip is missing, PyPI can't be reached, the hash differs or the disk is full
 */
export async function unpackWheel({ requirement, sha256, platform, python }: Wheel, folder: string): Promise<void> {
  const download = join(folder, 'download');
  const requirements = join(folder, 'requirements.txt');
  await makeFolder(download);
  await writeFile(requirements, `${requirement} --hash=sha256:${sha256}\n`);
  const python3 = process.platform === 'win32' ? 'python' : 'python3';
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
  const target = ['--platform', platform, ...(python ? ['--python-version', python] : [])];
  await run(python3, [...pip, ...target, '--require-hashes', '-r', requirements, '-d', download], { advice: ADVICE });
  // A wheel is a zip; its name is pip's choice.
  const unzip =
    'import glob, sys, zipfile; zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]).extractall(sys.argv[2])';
  await run(python3, ['-c', unzip, download, join(folder, 'wheel')], { advice: ADVICE });
}
