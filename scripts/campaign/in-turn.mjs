/**
 * Runs one command on many damaged files, one after another in this process: what a process of its own for each would do,
 * without starting Node for each. Before a turn its number is written to stderr, after it the code that the process would
 * have ended with and the seconds. Plain JavaScript, which any Node runs at once.
 */
import { cpSync, readFileSync, rmSync } from 'node:fs';

const { program, args, file, folder, kept, damaged } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
const built = (name) => import(new URL(`../../dist/cli/${name}.js`, import.meta.url).href);
const { createProgram, exitCodeOf } = await built('run');
const { programs } = await built('programs');
process.stdout.write = () => true;

for (const [i, path] of damaged.entries()) {
  rmSync(folder, { recursive: true });
  cpSync(kept, folder, { recursive: true });
  cpSync(path, file);
  process.stderr.write(`\x1e${i}\n`);
  const begin = performance.now();
  const command = createProgram(program, '', '');
  (await programs[program].commands[args[0]]())(command);
  const code = await command.parseAsync().then(
    () => 0,
    (error) => exitCodeOf(error, command),
  );
  process.stderr.write(`\x1f${code} ${((performance.now() - begin) / 1000).toFixed(2)}\n`);
}
process.exit(0);
