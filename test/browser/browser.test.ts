/** The bundle in a browser, on pages with and without shared memory, in their main thread and in a worker. */
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../../examples/browser/serve.ts';
import * as nn from '../../src/nn.ts';
import * as products from '../../src/portable.ts';
import { callOf, launchChromium, type Page, programAddress } from './chromium.ts';
import { learnAndWrite, type Sizes } from './program.ts';

const browser = await launchChromium();
if (typeof browser === 'string') console.warn(`no browser, so its tests are left out: ${browser}`);

const SIZES: Sizes = { layers: 2, hidden: 96, batch: 24, steps: 10, updates: 30 };
type Learned = Awaited<ReturnType<typeof learnAndWrite>>;

describe.skipIf(typeof browser === 'string')('in a browser', () => {
  let program: string;
  let expected: Learned;
  beforeAll(async () => {
    program = await programAddress();
    expected = await learnAndWrite({ ...products, ...nn }, SIZES);
  });
  afterAll(() => typeof browser !== 'string' && browser.close());

  describe.each([
    ['shared', true, Math.min(2, availableParallelism())],
    ['unshared', false, 1],
  ])('with %s memory', (_, isolated, leastThreads) => {
    let page: Page;
    let address: string;
    let stop: () => void;
    beforeAll(async () => {
      const served = await serve({ isolated });
      address = served.address;
      stop = () => served.server.close();
      page = await (browser as Exclude<typeof browser, string>).newPage();
      await page.goto(`${address}examples/browser/index.html`);
    });
    afterAll(() => stop());

    const call = (name: string, argument: unknown) => callOf(program, name, argument);
    const run = (name: string, argument: unknown) => page.evaluate(call(name, argument));
    const runInWorker = (name: string, argument: unknown) =>
      page.evaluate(`new Promise((resolve, reject) => {
        const script = ${JSON.stringify(call(name, argument))}.replaceAll("import('/", "import('" + location.origin + '/');
        const worker = new Worker(URL.createObjectURL(new Blob(
          [script + '.then((result) => postMessage({ result }), (error) => postMessage({ error: String(error) }))'],
          { type: 'text/javascript' },
        )), { type: 'module' });
        worker.onmessage = ({ data: { result, error } }) => (error ? reject(new Error(error)) : resolve(result));
        worker.onerror = ({ message }) => reject(new Error(message));
      })`);

    it.each([
      ['the main thread', run],
      ['a worker', runInWorker],
    ])('learns, scores and writes in %s as under Node, to the last bit', async (_, runThere) => {
      const found = (await runThere('learnAndWrite', SIZES)) as Learned;
      expect(found.threads).toBeGreaterThanOrEqual(leastThreads);
      if (!isolated) expect(found.threads).toBe(1);
      expect(found.losses.at(-1)).toBeLessThan(0.8 * found.losses[0]!);
      expect(found.written).toBe(expected.written);
      expect(found.logProbs).toEqual(expected.logProbs);
      expect(found.found).toEqual(expected.found);
      for (const [i, loss] of found.losses.entries()) expect(loss).toBeCloseTo(expected.losses[i]!, 6);
    });

    it('the page in examples/ learns from a text that is pasted into it', async () => {
      const shown = (id: string) => page.evaluate(`document.getElementById('${id}').textContent`);
      await expect.poll(() => shown('engine'), { timeout: 10_000 }).toMatch(/^matrix products: wasm/);
      await page.evaluate(`document.getElementById('text').value = 'to be or not to be, that is it; '.repeat(20);
        document.getElementById('learn').click()`);
      await expect.poll(() => shown('sample'), { timeout: 20_000 }).toMatch(/^[a-z,; ]{400}$/);
      expect(await shown('progress')).toMatch(/^\d+ updates, \d\.\d+ nats a character/);
      await page.evaluate(`document.getElementById('stop').click()`);
    });

    it('says what is in a photo', async () => {
      const found = await run('describePicture', '/docs/nagasaki-boats.jpg');
      expect(found).toEqual({ captions: [expect.stringMatching(/boat/)], errors: [] });
    });

    it('says in one line what is wrong with a picture', async () => {
      const missing = await run('describePicture', '/docs/none.jpg');
      expect(missing).toEqual({
        captions: [],
        errors: ['InputError: cannot read the picture /docs/none.jpg: found 404 Not Found'],
      });
      const broken = await run('describePicture', '/README.md');
      expect(broken).toEqual({
        captions: [],
        errors: [expect.stringMatching(/^InputError: \/README.md is not a picture, or is damaged: found \d+ bytes/)],
      });
    });
  });
});
