/** Runs a race by its name: `npm run bench lm-training`. */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const races = readdirSync(fileURLToPath(new URL('.', import.meta.url)))
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => basename(file, '.ts'));
const [name = ''] = process.argv.splice(2, 1);
if (!races.includes(name)) {
  console.error(`usage: npm run bench NAME, where NAME is one of ${races.join(', ')}`);
  process.exit(2);
}
await import(new URL(`${name}.ts`, import.meta.url).href);
