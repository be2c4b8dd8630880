/**
 * Pages of pictures that commands write, in a browser, from files: what the keyboard does where words have maps, and
 * axe-core's view.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAtOnce } from '../../src/base/steps.ts';
import { DescriptionPage } from '../../src/captioning/description/description-page.ts';
import { scoreWrittenSteps } from '../../src/captioning/evaluate.ts';
import type { WordMaps } from '../../src/captioning/explained/word-maps.ts';
import { writeCaptionEvaluation } from '../../src/captioning/report/evaluation-report.ts';
import { searchPage } from '../../src/captioning/retrieval/search-page.ts';
import { openTestedPage, type TestedPage } from '../browser/tested-page.ts';
import { vocabularyOf } from '../captioning/small-captioning.ts';
import { temporaryFolder } from '../training/small-training.ts';

const tested = await openTestedPage('pages of pictures');

const SLOW = { timeout: 20_000 };
const WORDS = ['a', 'red', 'boat'];
const caption = { caption: WORDS.join(' '), logProb: -3, words: WORDS.map((word) => ({ word, logProb: -1 })) };
/** Of each word another cell. */
const cellMaps = WORDS.map((_, i) => Array.from({ length: 4 }, (_, cell) => (cell === i ? 1 : 0)));

describe.skipIf(!tested)('pages of pictures', () => {
  const { page, textOf, look, faults, close } = tested ?? ({} as TestedPage);
  let folder: string;
  let picture: string;
  const pages = { description: '', report: '' };

  beforeAll(async () => {
    folder = await temporaryFolder();
    picture = join(folder, 'boat.png');
    await sharp({ create: { width: 40, height: 20, channels: 3, background: '#24c' } })
      .png()
      .toFile(picture);
    const maps = (by: WordMaps['by']): WordMaps => ({ by, grid: 2, fit: 'squash', words: cellMaps });
    const [described, report] = ['described.html', 'report.html'].map((name) => join(folder, name)) as [string, string];
    const writing = new DescriptionPage(described);
    const explained = { source: picture, captions: [caption] };
    await writing.add({ ...explained, name: 'one', wordMaps: maps('cells') });
    await writing.add({ ...explained, name: 'other', wordMaps: maps('occlusion') });
    await writing.close();
    const shown = { names: ['one', 'other'], captions: [['a red boat'], ['the sea']] };
    const pictures = shown.names.map((id, i) => ({ id, file: picture, captions: shown.captions[i]! }));
    await writeCaptionEvaluation(report, {
      ...runAtOnce(scoreWrittenSteps([[caption], [caption]], shown)),
      dataset: { name: 'boats', format: 'table', splits: new Map([['val', pictures]]), report: [] },
      split: 'val',
      pictures: shown,
      models: ['one'],
      vocabulary: vocabularyOf(['a red boat']),
      decoding: { beam: 1, lengthPenalty: 0, maxLength: 9 },
      explain: async () => ({ caption, maps: maps('attention') }),
    });
    Object.assign(pages, { description: pathToFileURL(described).href, report: pathToFileURL(report).href });
  });
  afterAll(async () => {
    await Promise.all([rm(folder, { recursive: true }), close()]);
    expect(faults).toEqual([]);
  });

  /** Which pictures' maps are seen, and the word of each. */
  const seen = () =>
    page.evaluate(`[...document.querySelectorAll('figure:has(.looked.shown)')].map((figure) =>
      [[...document.querySelectorAll('figure')].indexOf(figure), figure.querySelector('.step[aria-pressed=true]')?.textContent])`);
  /** The cell that is bright in the first map. */
  const bright = () =>
    page.evaluate(`{
      const { data } = document.querySelector('.map').getContext('2d').getImageData(0, 0, 2, 2);
      [0, 1, 2, 3].findIndex((cell) => data[4 * cell] > 200);
    }`);
  const atWord = () => page.evaluate(`document.activeElement.classList.contains('step')`);
  const press = (key: string) => page.keyboard.press(key);

  test.each(['description', 'report'] as const)(
    '%s: words are stepped through and played by keyboard alone',
    async (of) => {
      for (const [width, scheme] of [
        [1200, 'light'],
        [400, 'dark'],
      ] as const) {
        await page.goto(pages[of]);
        await look(width, scheme);
        await expect.poll(() => textOf('.step')).toBe('a');
        while (!(await atWord())) await press('Tab');
        expect(await seen()).toEqual([[0, 'a']]);
        expect(await bright()).toBe(0);
        await press('ArrowLeft'); // there is none before
        expect(await seen()).toEqual([[0, 'a']]);
        await press('ArrowRight');
        expect(await seen()).toEqual([[0, 'red']]);
        expect(await bright()).toBe(1);
        await press('End');
        expect(await seen()).toEqual([[0, 'boat']]);
        await press('ArrowRight');
        expect(await seen()).toEqual([[0, 'boat']]);
        await press('Home');
        expect(await seen()).toEqual([[0, 'a']]);
        expect(await look(width, scheme)).toEqual({ violations: [], width });

        await press('Tab'); // the words are one stop, and the next is the button
        expect(await seen()).toEqual([]);
        expect(await page.evaluate(`document.activeElement.textContent`)).toBe('Play');
        await press('Enter');
        expect(await seen()).toEqual([[0, 'a']]);
        expect(await page.evaluate(`document.activeElement.textContent`)).toBe('Stop');
        await expect.poll(seen, SLOW).toEqual([[0, 'red']]);
        await press('Enter');
        expect(await seen()).toEqual([[0, 'red']]);
        await page.keyboard.down('Shift');
        await press('Tab'); // back to the word that was shown last
        await page.keyboard.up('Shift');
        expect(await page.evaluate(`document.activeElement.textContent`)).toBe('red');

        await press(' '); // plays from the beginning
        expect(await seen()).toEqual([[0, 'a']]);
        await press('End'); // goes on by hand
        expect(await seen()).toEqual([[0, 'boat']]);
        expect(await textOf('.play')).toBe('Play');
        await press('Escape');
        expect(await seen()).toEqual([]);
      }
    },
  );

  test('what is played to its end shows the word that the keyboard is at, and the next picture is a stop of its own', async () => {
    await page.goto(pages.description);
    await page.focus('.step');
    await press('ArrowRight');
    await press(' ');
    await expect.poll(() => textOf('.play'), SLOW).toBe('Stop');
    await expect.poll(() => textOf('.play'), SLOW).toBe('Play');
    expect(await seen()).toEqual([[0, 'red']]);
    while ((await page.evaluate(`document.activeElement.textContent`)) !== 'Play') await press('Tab');
    do await press('Tab');
    while (!(await atWord()));
    expect(await seen()).toEqual([[1, 'a']]);
  });

  test('the contact sheet of a search is whole at both widths', async () => {
    const match = { source: picture, score: 3.21, logProb: -9 };
    const names = ['a/long/path/to/pictures/of-the-sea-and-boats-in-a-harbour.png', 'none.png'];
    const matches = names.map((name) => ({ ...match, name, source: name === 'none.png' ? name : picture }));
    await writeFile(join(folder, 'found.html'), await searchPage('a <red> boat', matches, { unknown: ['zebra'] }));
    await page.goto(pathToFileURL(join(folder, 'found.html')).href);
    expect(await textOf('h1')).toBe('Pictures for “a <red> boat”');
    expect(await look(1200, 'light')).toEqual({ violations: [], width: 1200 });
    expect(await look(400, 'dark')).toEqual({ violations: [], width: 400 });
  });
});
