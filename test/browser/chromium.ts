/** A browser for tests: Chromium from npm, where `npm run setup:browser` has installed it beside this file. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What the tests use of puppeteer. */
export interface Page {
  goto(address: string): Promise<unknown>;
  evaluate(script: string): Promise<unknown>;
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
      args: ['--no-sandbox'], // root has none
      headless: 'shell',
    });
  } catch (error) {
    return String(error).split('\n')[0]!;
  }
}
