/** A browser for tests: Chromium from npm, where `npm run setup:browser` has installed it beside this file. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';

/** What the tests use of puppeteer. */
export interface Page {
  goto(address: string): Promise<unknown>;
  evaluate(script: string): Promise<unknown>;
  focus(selector: string): Promise<void>;
  keyboard: { press(key: string): Promise<void>; down(key: string): Promise<void>; up(key: string): Promise<void> };
  mouse: { move(x: number, y: number): Promise<void>; down(): Promise<void>; up(): Promise<void> };
  setViewport(size: { width: number; height: number }): Promise<void>;
  emulateMediaFeatures(features: readonly { name: string; value: string }[]): Promise<void>;
  on(event: 'pageerror', listener: (error: unknown) => void): void;
  on(event: 'console', listener: (message: { text(): string }) => void): void;
}

interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

const require = createRequire(import.meta.url);

/** @returns the browser, or why there is none */
export async function launchChromium(): Promise<Browser | string> {
  process.env['AWS_LAMBDA_JS_RUNTIME'] = 'nodejs20.x'; // has it bring its libraries, which a bare system lacks
  try {
    const [{ default: chromium }, { launch }] = await Promise.all(
      ['@sparticuz/chromium', 'puppeteer-core'].map((name) => import(pathToFileURL(require.resolve(name)).href)),
    );
    return await launch({
      executablePath: await chromium.executablePath(),
      // Root has no sandbox; the locale C would make a language tag that no Intl understands.
      args: ['--no-sandbox', '--lang=en-US', '--accept-lang=en-US'],
      headless: 'shell',
    });
  } catch (error) {
    return String(error).split('\n')[0]!;
  }
}

/** axe-core as a script for a page, which defines `axe`. */
export async function axeScript(): Promise<string> {
  const [file] = ['axe-core/axe.min.js'].map((name) => require.resolve(name));
  return `${await readFile(file!, 'utf8')};0`; // whose value is nothing that a page would have to hand over
}

/** `program.ts` as an address that a page can import. */
export async function programAddress(): Promise<string> {
  const { code } = await transform(await readFile(new URL('program.ts', import.meta.url)), { loader: 'ts' });
  return `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
}

/** A script for a page that calls a function of the program there, with the bundle and one more argument. */
export function callOf(program: string, name: string, argument: unknown): string {
  return `Promise.all([import(${JSON.stringify(program)}), import('/dist/web/index.js')])
    .then(([program, lib]) => program.${name}(lib, ${JSON.stringify(argument)}))`;
}
