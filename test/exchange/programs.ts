/** The programs of an exported model's README, run as they stand. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packageFolder } from '../../src/base/optional-package.ts';

const run = promisify(execFile);

/** A Python that has what the programs need, where there is one: PYTHON, or python3. */
export async function pythonWith(...modules: readonly string[]): Promise<string | undefined> {
  const python = process.env['PYTHON'] ?? 'python3';
  const found = await run(python, ['-c', `import ${modules.join(', ')}`]).catch(() => undefined);
  return found && python;
}

/** The only program of a language in a README. */
async function programIn(folder: string, language: 'python' | 'javascript'): Promise<string> {
  const text = await readFile(join(folder, 'README.md'), 'utf8');
  const programs = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))];
  if (programs.length !== 1) throw new Error(`${programs.length} programs in ${language}`);
  return programs[0]![1]!;
}

/** Runs the JavaScript of a README. @param random what `Math.random` gives @returns its output */
export async function runJavascript(folder: string, args: readonly string[] = [], random = 0.5): Promise<string> {
  await writeFile(join(folder, 'program.mjs'), await programIn(folder, 'javascript'));
  await linkPackages(folder);
  const before = `data:text/javascript,Math.random=()=>${random}`;
  return (await run(process.execPath, ['--import', before, 'program.mjs', ...args], { cwd: folder })).stdout;
}

/** Runs the Python of a README. @param after what is run behind it */
export async function runPython(
  python: string,
  folder: string,
  args: readonly string[] = [],
  after = '',
): Promise<string> {
  await writeFile(join(folder, 'program.py'), `${await programIn(folder, 'python')}\n${after}\n`);
  return (await run(python, ['program.py', ...args], { cwd: folder })).stdout;
}

/** Puts the packages that the programs import where Node looks for them. */
async function linkPackages(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(modules, { recursive: true });
  const beside = (name: string) => fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));
  const cached = join(packageFolder('onnxruntime-node'), 'node_modules', 'onnxruntime-node');
  const runtime = existsSync(beside('onnxruntime-node')) ? beside('onnxruntime-node') : cached;
  for (const [name, path] of [
    ['sharp', beside('sharp')],
    ['onnxruntime-node', runtime],
  ] as const) {
    await symlink(path, join(modules, name)).catch(() => {});
  }
}
