/** A page in Chromium whose own scripts are tested: what stands in it, what went wrong there, and what axe-core finds. */
import { axeScript, launchChromium, type Page } from './chromium.ts';

export interface TestedPage {
  page: Page;
  /** Errors of its scripts, and what its content security policy has refused. */
  faults: string[];
  /** The text of the first element of a selector, and those of all. */
  textOf(selector: string): Promise<unknown>;
  textsOf(selector: string): Promise<unknown>;
  /**
   * What axe-core finds at some width in the light or the dark.
   *
   * @returns that, and how wide the page is then
   */
  look(width: number, scheme: 'light' | 'dark'): Promise<{ violations: unknown; width: unknown }>;
  close(): Promise<void>;
}

/** @param tested what it shows, for the notice where there is no browser @returns undefined where there is none */
export async function openTestedPage(tested: string): Promise<TestedPage | undefined> {
  const browser = await launchChromium();
  if (typeof browser === 'string') {
    console.warn(`no browser, so tests of ${tested} are left out: ${browser}`);
    return undefined;
  }
  const [page, axe] = await Promise.all([browser.newPage(), axeScript()]);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(message.text());
  });
  return {
    page,
    faults,
    textOf: (selector) => page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent`),
    textsOf: (selector) =>
      page.evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((one) => one.textContent)`),
    async look(width, scheme) {
      await page.setViewport({ width, height: 800 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
      await page.evaluate(axe);
      const violations = await page.evaluate(`axe.run().then(({ violations }) =>
        violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))`);
      return { violations, width: await page.evaluate('document.documentElement.scrollWidth') };
    },
    close: () => browser.close(),
  };
}
