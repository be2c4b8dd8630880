/** docs/lecture.md names what is there, and its commands are commands. What they do is tested elsewhere. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { programs } from '../../src/cli/programs.ts';
import { createProgram } from '../../src/cli/run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = await readFile(join(root, 'docs', 'lecture.md'), 'utf8');
const systems = page.split(/^## (?=\d)/m).slice(1);
const commands = Array.from(page.matchAll(/^\$ (?:printf .* \| )?(npx .*)$/gm), ([, command]) => command!);

/** Paths of this repository in a text, but for what its commands write. */
function pathsIn(text: string): string[] {
  const found = text.matchAll(
    /(?<![\w./-])(?:\.\.\/)?((?:src|test|examples|scripts|docs|data|node_modules)\/[\w@./-]*[\w-])/g,
  );
  return Array.from(found, ([, path]) => path!);
}

/** The words of a command line, without the quotes around some. */
function wordsOf(command: string): string[] {
  return Array.from(command.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, word]) => quoted ?? word!);
}

/** A program whose commands take their options and do nothing. */
async function idleProgram(name: keyof typeof programs): Promise<Command> {
  const program = createProgram(name, '', '');
  for (const load of Object.values(programs[name].commands)) (await load())(program);
  for (const command of program.commands) command.action(() => {}).configureOutput({ writeErr: () => {} });
  return program;
}

describe('docs/lecture.md', () => {
  it('goes through sixteen systems in order, each with an equation, a command and a file to read', () => {
    expect(systems.map((system) => Number(system.split('.')[0]))).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    for (const system of systems) {
      expect(system).toMatch(/^```text\n/m);
      expect(system).toMatch(/^\$ (printf .* \| )?npx /m);
      expect(system).toMatch(/^To read: /m);
    }
  });

  it('names files that are there', () => {
    const paths = pathsIn(page);
    expect(paths.length).toBeGreaterThan(40);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('calls commands by options that they have', async () => {
    const called = commands.filter((command) => !command.startsWith('npx tsx '));
    expect(called.length).toBeGreaterThan(15);
    for (const command of called) {
      const [, name, ...args] = wordsOf(command);
      const program = await idleProgram(name as keyof typeof programs);
      await expect(program.parseAsync(args, { from: 'user' }), command).resolves.toBe(program);
    }
  });
});
