/** The page in a browser, by a server of its own: its main ways, and that axe-core finds nothing in any view. */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEngine } from '../../src/compute/engine.ts';
import { openTestedPage, type TestedPage } from '../browser/tested-page.ts';
import { randomAttendingCaptioner } from '../captioning/random-captioner.ts';
import { startTestServer, type TestServer } from '../server/test-server.ts';

const tested = await openTestedPage('the page');

const PHOTO = 'docs/nagasaki-boats.jpg';
const SLOW = { timeout: 20_000 };
/** Of what has the CNN look many times, or asks the page hundreds of times, on a busy machine. */
const PATIENT = { timeout: 90_000 };

/** Functions in the page: what is to be reached by Tab, and what has the focus, where that is seen and marked. */
const USABLE = `
  usable = () => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter((one) => !one.disabled && one.checkVisibility());
  nameOf = (one, i) => i + ' ' + one.tagName + ' ' + (one.ariaLabel ?? one.textContent).trim().slice(0, 40);
  focusedName = () => {
    const one = document.activeElement;
    const marked = one.closest('.button') ?? one;
    const { left, right, top, bottom } = marked.getBoundingClientRect();
    const isSeen = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight && right - left > 4;
    const { outlineStyle, outlineWidth } = getComputedStyle(marked);
    const isMarked = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
    return nameOf(one, usable().indexOf(one)) + (isSeen ? '' : ' unseen') + (isMarked ? '' : ' unmarked');
  };
  0`;

describe.skipIf(!tested)('the page', () => {
  const { page, textOf, textsOf, look, faults, close } = tested ?? ({} as TestedPage);
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(async () => {
    await Promise.all([server?.end(), close()]);
  });

  /** Shows a view. @param looks what is there when it is */
  async function show(view: string, looks: string): Promise<void> {
    await page.goto(`${server.address}/#${view}`);
    await expect
      .poll(() => page.evaluate(`document.querySelector('#${view}-view:not([hidden]) ${looks}') !== null`), SLOW)
      .toBe(true);
  }

  const press = (name: string) =>
    page.evaluate(`[...document.querySelectorAll('section:not([hidden]) button')]
      .find((button) => button.textContent === ${JSON.stringify(name)}).click()`);

  /** axe-core finds nothing on a narrow dark page and on a wide light one, and neither is wider than it may be. */
  async function expectNoFaults(): Promise<void> {
    expect(await look(400, 'dark')).toEqual({ violations: [], width: 400 });
    expect(await look(1200, 'light')).toEqual({ violations: [], width: 1200 });
  }

  test('a photo that is dropped gets the caption of the API, a file that is none its reason', async () => {
    const bytes = await readFile(PHOTO);
    const answer = await fetch(`${server.address}/v1/captions?top=3`, {
      method: 'POST',
      headers: { 'content-type': 'image/jpeg' },
      body: bytes,
    });
    const { caption } = (await answer.json()) as { caption: string };
    await show('text', 'form'); // photos may be dropped anywhere
    await page.evaluate(`{
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], 'boats.jpg'));
      data.items.add(new File(['no picture'], '<b>notes</b>.txt'));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
    }`);
    await expect.poll(() => textOf('.photo[data-state=described] .said'), SLOW).toBe(caption);
    await expect
      .poll(() => textOf('.photo[data-state=failed] .content'), SLOW)
      .toMatch(/^<b>notes<\/b>\.txt is not a picture/);
    expect(await textOf('.counts')).toBe('1 of 2 described, 1 failed');
    await expect.poll(() => textOf('#status')).toContain(caption);
    expect(await page.evaluate(`document.querySelectorAll('.photo details ol li').length`)).toBe(2);
    expect(await page.evaluate(`document.querySelector('.photo canvas').width`)).toBe(320);
    await expectNoFaults();
  });

  test('photos come by paste and from a camera too; captions can be copied, and saved as JSON and CSV', async () => {
    const bytes = await readFile('docs/pictures/coffee.jpg');
    await page.evaluate(`{
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }));
    }`);
    await expect.poll(() => textsOf('.photo[data-state=described] .said'), SLOW).toHaveLength(2);
    const [, pasted] = (await textsOf('.photo[data-state=described] .said')) as string[];
    expect(await page.evaluate(`document.querySelector('.camera input').capture`)).toBe('environment');
    const copied = await page.evaluate(`new Promise((resolve) => {
      navigator.clipboard.writeText = async (text) => resolve(text);
      [...document.querySelectorAll('.photo button')].filter((one) => one.textContent === 'Copy as alt text')[1].click();
    })`);
    expect(copied).toBe(pasted);
    const saved = (kind: string) =>
      page.evaluate(`new Promise((resolve) => {
        let text;
        URL.createObjectURL = (blob) => ((text = blob.text()), 'blob:');
        HTMLAnchorElement.prototype.click = function () { text.then((text) => resolve([this.download, text])); };
        document.querySelector('[aria-label="Download as ${kind}"]').click();
      })`) as Promise<[name: string, text: string]>;
    const [json, csv] = [await saved('JSON'), await saved('CSV')];
    expect([json[0], csv[0]]).toEqual(['captions.json', 'captions.csv']);
    expect(JSON.parse(json[1])[2]).toMatchObject({ file: 'pasted-1-image.png', caption: pasted });
    expect(csv[1].split('\r\n')[3]).toContain(`pasted-1-image.png,${pasted},`);
    expect(await page.evaluate(`document.querySelector('.photo:last-child button:last-child').ariaLabel`)).toBe(
      'Remove pasted-1-image.png',
    );
    await page.evaluate(`document.querySelector('.photo:last-child button:last-child').click()`);
    expect(await page.evaluate(`document.querySelectorAll('.photo').length`)).toBe(2);
  });

  test(
    'a photo shows for each word of its caption where it comes from: on demand, by keyboard, and played',
    PATIENT,
    async () => {
      const words = (await page.evaluate(`document.querySelectorAll('.photo .said > span').length`)) as number;
      await press('Where?');
      await expect.poll(() => page.evaluate(`document.querySelectorAll('.said .step').length`), PATIENT).toBe(words);
      const shownWord = () =>
        page.evaluate(`[...document.querySelectorAll('.said .step')].findIndex((word) => word.ariaPressed === 'true')`);
      const map = () => page.evaluate(`document.querySelector('.looked.shown .map')?.toDataURL()`);
      await page.focus('.said .step');
      expect(await shownWord()).toBe(0);
      const first = await map();
      expect(first).toMatch(/^data:image/);
      expect(await page.evaluate(`getComputedStyle(document.querySelector('.looked .map')).objectFit`)).toBe('fill');
      await page.keyboard.press('ArrowRight');
      expect(await shownWord()).toBe(1);
      expect(await map()).not.toBe(first);
      await expectNoFaults();
      await page.keyboard.press(' ');
      await expect.poll(shownWord, SLOW).toBe(2);
      await press('Stop');
      await page.keyboard.press('Escape');
      expect(await textOf('.photo[data-state=described] .actions')).not.toContain('Where?');
    },
  );

  test('a model writes, its text is coloured by surprise, then by a cell', async () => {
    await show('text', 'form');
    await page.evaluate(`document.querySelector('#text-view input').value = 300`);
    await press('Generate');
    await expect.poll(() => textOf('#text-view form .actions'), SLOW).toMatch(/written in/);
    const written = (await textOf('.written')) as string;
    expect(written).toHaveLength(300);

    await press('Look into it');
    await expect.poll(() => page.evaluate(`document.querySelectorAll('pre.surprise span').length`), SLOW).toBe(300);
    const { json } = await server.ask('/v1/scores', { model: 'letters', text: written });
    expect(await textOf('.coloured + dl')).toContain(`${json.score.nats.toFixed(3)} nats`);
    await page.focus('pre.surprise');
    await page.keyboard.press('ArrowRight');
    expect(await textOf('.told')).toMatch(/^".+" [\d.]+ %; likeliest: /);

    await press('Colour by this cell');
    await expect.poll(() => textOf('.legend'), SLOW).toMatch(/layer 0, cell 0/);
    const colours = await page.evaluate(`new Set([...document.querySelectorAll('pre.surprise span')]
      .map((span) => span.style.background)).size`);
    expect(colours).toBeGreaterThan(3);
    await expectNoFaults();
  });

  test("a training's curve grows when its log does", async () => {
    await show('trainings', '.curves canvas');
    const label = () => page.evaluate(`document.querySelector('.curves').getAttribute('aria-label')`);
    expect(await label()).toBe('Loss over epochs: first/try, training from 3 to 1.5 at 1');
    const line = {
      type: 'validation',
      time: new Date().toISOString(),
      iteration: 300,
      epoch: 2,
      trainingLoss: 1.25,
      best: true,
    };
    const event = JSON.stringify({ ...line, scores: { loss: 1.75 }, samples: ['to be or not'] });
    await appendFile(join(server.folder, 'runs/first/try/log.jsonl'), `\n${event}\n`);
    await expect
      .poll(label, SLOW)
      .toMatch(/first\/try from 1.75 to 1.75 at 2; first\/try, training from 3 to 1.25 at 2/);
    expect(await textOf('.runs tbody tr')).toMatch(/first\/try2\.001\.2501\.7501\.750.*under way/);
    expect(await textOf('#trainings-view pre')).toBe('to be or not');

    const other = join(server.folder, 'runs', '<i>other');
    await mkdir(other);
    await writeFile(join(other, 'log.jsonl'), await readFile(join(server.folder, 'runs/first/try/log.jsonl')));
    await expect.poll(() => textsOf('.runs tbody th'), SLOW).toEqual(['<i>other', 'first/try']);
    await page.evaluate(`document.querySelector('[aria-label="Draw <i>other"]').click()`);
    await expect.poll(label, SLOW).toMatch(/first\/try from 1.75 .*; <i>other from 1.75 /); // both in one chart
    await expectNoFaults();
  });

  test(
    'Tab walks through all that can be used, Shift and Tab back, and what has the focus is marked',
    PATIENT,
    async () => {
      for (const view of ['photos', 'text', 'trainings']) {
        for (const width of [1200, 400]) {
          await look(width, width === 400 ? 'dark' : 'light');
          await show(view, view === 'trainings' ? '.runs td' : 'input');
          await page.evaluate(USABLE);
          const names = (await page.evaluate('usable().map(nameOf)')) as string[];
          expect(names.length).toBeGreaterThan(5);
          await page.focus('nav a');
          const walked: unknown[] = [];
          const step = async () => {
            await page.keyboard.press('Tab');
            walked.push(await page.evaluate('focusedName()'));
          };
          for (const _ of names.slice(1)) await step();
          expect(walked).toEqual(names.slice(1));
          if (width === 400) continue;
          await page.keyboard.down('Shift');
          for (const _ of names.slice(1)) await step();
          await page.keyboard.up('Shift');
          expect(walked.slice(names.length - 1)).toEqual(names.slice(0, -1).reverse());
        }
      }
    },
  );

  test('a captioner with attention shows the cells that each word needs, by keyboard alone', PATIENT, async () => {
    const engine = await openEngine('wasm');
    const folder = join(server.folder, 'looking');
    await (await randomAttendingCaptioner(engine, 3)).save(folder);
    engine.close();
    const attending = await startTestServer({ captioners: [folder], languageModels: [], runs: undefined });
    try {
      const photo = { pictures: [{ name: 'boats.jpg', data: (await readFile(PHOTO)).toString('base64') }] };
      const { json } = await attending.ask('/v1/captions', { ...photo, explain: true });
      expect(json.pictures[0].where).toMatchObject({ by: 'cells', grid: 3 });
      expect(json.pictures[0].where.words[0].falls).toHaveLength(9);
      await page.goto(attending.address);
      await page.evaluate(`document.title = 'under test'`);
      await expect.poll(() => page.evaluate(`document.querySelector('#photos-view input') !== null`), SLOW).toBe(true);
      await page.evaluate(`{
        const data = new DataTransfer();
        const bytes = Uint8Array.from(atob('${photo.pictures[0]!.data}'), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], 'boats.jpg'));
        document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
      }`);
      await expect.poll(() => textOf('.photo[data-state=described] .said'), SLOW).toBe(json.pictures[0].caption);
      const focused = () => page.evaluate(`document.activeElement.textContent`);
      while ((await focused()) !== 'Where?') await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.evaluate(`document.activeElement.className`), SLOW).toMatch(/step/);
      const pressed = () => textsOf('.looked.shown ~ .content .step[aria-pressed=true]');
      const words = json.pictures[0].where.words.map(({ word }: { word: string }) => word);
      expect(await pressed()).toEqual([words[0]]);
      await page.keyboard.press('End');
      expect(await pressed()).toEqual([words.at(-1)]);
      expect(await textOf('.photo .content')).toContain('what the captioner reads there for the word');
      await expectNoFaults();
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Play');
      await page.keyboard.press('Enter');
      expect(await pressed()).toEqual([words[0]]);
      await page.keyboard.press('Enter');
    } finally {
      await attending.end();
    }
  });

  test('a server that wants a token is asked with the one that the reader types', async () => {
    const guarded = await startTestServer({ captioners: [], token: 'open-sesame' });
    try {
      await page.goto(`${guarded.address}/#text`);
      const type = async (token: string) => {
        await expect.poll(() => page.evaluate(`document.querySelector('dialog input') !== null`), SLOW).toBe(true);
        await page.evaluate(`document.querySelector('dialog input').value = '${token}'`);
        await page.focus('dialog input');
        await page.keyboard.press('Enter');
      };
      await type('wrong-token');
      await expect.poll(() => textOf('dialog p'), SLOW).toBe('That is not the token of this server.');
      await expectNoFaults();
      await type('open-sesame');
      await expect.poll(() => textOf('#text-view select'), SLOW).toMatch(/^letters/);
      await expect.poll(() => textOf('#photos-view')).toMatch(/This server has no captioner/);
    } finally {
      await guarded.end();
    }
  });

  test('nothing on the way was an error or against the content security policy', () => expect(faults).toEqual([]));
});
