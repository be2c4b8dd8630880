/** The bundle in a browser, on pages with and without shared memory, in their main thread and in a worker. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../../examples/browser/serve.ts';
import { Random } from '../../src/base/random.ts';
import { Captioner } from '../../src/captioning/captioner.ts';
import { type CaptionConfig, captionDefaults } from '../../src/captioning/config.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import * as nn from '../../src/nn.ts';
import * as products from '../../src/portable.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { loadCnn } from '../../src/vision/load-cnn.ts';
import { callOf, launchChromium, type Page, programAddress } from './chromium.ts';
import { type explainPicture, learnAndWrite, type Sizes } from './program.ts';

const browser = await launchChromium();
if (typeof browser === 'string') console.warn(`no browser, so its tests are left out: ${browser}`);

const SIZES: Sizes = { layers: 2, hidden: 96, batch: 24, steps: 10, updates: 30 };
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
type Learned = Awaited<ReturnType<typeof learnAndWrite>>;

describe.skipIf(typeof browser === 'string')('in a browser', () => {
  let program: string;
  let expected: Learned;
  /** The folder of a captioner that attends, below the root of what is served. */
  let attending: string;
  beforeAll(async () => {
    program = await programAddress();
    attending = await attendingCaptioner();
    expected = await learnAndWrite({ ...products, ...nn }, SIZES);
  });
  afterAll(async () => {
    if (typeof browser !== 'string') await browser.close();
    await rm(join(ROOT, attending), { recursive: true });
  });

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

    it('says where in a photo a captioner looks that attends to places', async () => {
      const picture = { picture: '/docs/pictures/coffee.jpg', folder: `/${attending}` };
      const { words, found } = (await run('explainPicture', picture)) as Awaited<ReturnType<typeof explainPicture>>;
      expect(words.length).toBeGreaterThan(1);
      for (const by of ['attention', 'cells']) {
        expect(found[by]).toHaveLength(words.length);
        for (const map of found[by]!) expect(map).toHaveLength(9);
      }
      for (const weights of found['attention']!) {
        expect(weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 5);
        expect(new Set(weights).size).toBeGreaterThan(1);
      }
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

/** A captioner of three words with weights by chance, which attends to 3 · 3 places. @returns its folder, from the root */
async function attendingCaptioner(): Promise<string> {
  const engine = await openEngine('wasm');
  const { name, key, preprocessing, featureSize: D } = await loadCnn();
  const vocabulary = new Vocabulary(['<start>', '<end>', '<unk>', 'a', 'cup', 'table']);
  const shape = { vocabulary: 6, embedding: 8, cell: 'lstm', layers: 1, hidden: 8, condition: D, memory: D } as const;
  const config: CaptionConfig = {
    kind: 'caption',
    format: 1,
    shape,
    pictures: { cnn: name, key, preprocessing, grid: 3 },
    settings: captionDefaults,
    dataset: { name: 'none', pictures: 0, captions: 0, hash: '' },
    scores: {},
  };
  const model = new LanguageModel(engine, shape).initialise(new Random(1));
  model.startAtFrequencies(Float64Array.of(0, 1, 0, 1000, 1000, 1000)); // END comes seldom
  const asTheyAre = { mean: new Float32Array(D), scale: new Float32Array(D).fill(1) };
  await mkdir(join(ROOT, 'build'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, 'build', 'attending-'));
  await new Captioner(config, vocabulary, model, asTheyAre, asTheyAre).save(folder);
  engine.close();
  return relative(ROOT, folder).replaceAll('\\', '/');
}
