import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/base/errors.ts';
import { Random } from '../../../src/base/random.ts';
import type { Caption } from '../../../src/captioning/caption.ts';
import { FINDING } from '../../../src/captioning/description/description-look.ts';
import { DescriptionPage, type DescriptionPageOptions } from '../../../src/captioning/description/description-page.ts';
import { headingsOf, sectionOf } from '../../report/read-page.ts';
import { temporaryFolder } from '../../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const file = join(root, 'page.html');
const picture = join(root, `a <b> "quoted" 'n é.png`);
beforeAll(async () => {
  await mkdir(root, { recursive: true });
  await sharp({ create: { width: 8, height: 6, channels: 3, background: 'red' } }).toFile(picture);
});

/** A caption whose words have these probabilities, and whose end is sure. */
function captionOf(words: Record<string, number>, confidence?: number): Caption {
  const written = Object.entries(words).map(([word, p]) => ({ word, logProb: Math.log(p) }));
  const logProb = written.reduce((sum, word) => sum + word.logProb, 0);
  const caption = written.map(({ word }) => word).join(' ');
  return { caption, logProb, words: written, ...(confidence !== undefined && { confidence }) };
}
const dog = captionOf({ a: 0.8, '<black>': 0.3, dog: 0.2 });

/** The page of these captions, each of the same picture. */
async function pageOf(pictures: readonly Caption[][], options: DescriptionPageOptions = {}, skipped: string[] = []) {
  const page = new DescriptionPage(file, { date: new Date(2026, 10, 29, 9, 30), ...options });
  for (const message of skipped) page.skip({ error: new InputError(message) });
  for (const captions of pictures) await page.add({ name: picture, source: picture, captions });
  await page.close();
  return readFile(file, 'utf8');
}
const cardsOf = (page: string) => page.match(/<li data-sure.*?<\/figure><\/li>/gs) ?? [];
const inWords = (part = '') => part.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

describe('DescriptionPage', () => {
  it('shows the picture with its caption, each word on the ground of its probability, nothing loaded', async () => {
    const page = await pageOf([[dog]]);
    const [card] = cardsOf(page);
    expect(card).toMatch(/<img src="data:image\/jpeg;base64,\S+" width="8" height="6" alt="a &#60;black&#62; dog"/);
    expect(card).toContain(
      '<span title="80 %">a</span> <span class="u1" title="30 %">&#60;black&#62;</span> <span class="u2" title="20 %">dog</span>',
    );
    expect(inWords(card)).toContain('a &#60;b&#62; &#34;quoted&#34; &#39;n é.png 0.47 a word word by word a 80 %');
    expect(page).not.toMatch(/<black>|<b> "|(?:src|href)="(?!data:|#)|url\(|@import/);
    expect(page).toMatch(/<\/html>\n$/);
  });

  it('puts spaces between words where the caption has them', async () => {
    const [word, next] = ['犬', '走る'].map((one) => ({ word: one, logProb: Math.log(0.9) }));
    const [card] = cardsOf(await pageOf([[{ caption: '犬走る', logProb: -0.2, words: [word!, next!] }]]));
    expect(card).toContain('<p class="said"><span title="90 %">犬</span><span title="90 %">走る</span></p>');
  });

  it('shows further captions below, and the confidence where it is known', async () => {
    const sure = captionOf({ a: 0.8, cat: 0.4 }, 0.734);
    sure.words[1]!.confidence = 0.05;
    const [card] = cardsOf(await pageOf([[sure, dog]]));
    expect(card).toMatch(/^<li data-sure="0.7340">/);
    expect(card).toContain('<span class="u3" title="5 %">cat</span>');
    const words = inWords(card);
    expect(words).toContain('confidence 73 % 1 more a &#60;black&#62; dog 0.47 a word a 80 % cat 5 %');
  });

  it('leaves out captions of too little confidence, and says what they would be where that is asked for', async () => {
    const [unsure, sure] = cardsOf(await pageOf([[captionOf({ cat: 0.9 }, 0.1)], [dog]], { minConfidence: 0.2 }));
    expect(inWords(unsure)).toMatch(/^ \(not sure\) .* confidence 10 % what it would say cat confidence 10 % $/);
    expect(unsure).toContain('alt="not described: the captioner is not sure"');
    expect(inWords(sure)).toContain('dog');
    expect(inWords(sure)).not.toContain('not sure');
  });

  it('counts the pictures, lists those that can not be read, and says what is to come', async () => {
    const page = await pageOf([[dog], [dog]], { pictures: 1203 }, ['<torn>.jpg is not a picture']);
    expect(inWords(page)).toContain('2 pictures; 1 could not be read ; 1,200 are to come, unless this was stopped.');
    expect(sectionOf(page, 'Could not be read')).toBe(' &#60;torn&#62;.jpg is not a picture ');
    const [whole] = /<p class="soft">2 .*?<\/p>/.exec(await pageOf([[dog], [dog]], { pictures: 2 })) ?? [];
    expect(whole).toBe('<p class="soft">2 pictures.</p>');
  });

  it('says how the captions were written', async () => {
    const decoding = { random: new Random(1), samples: 3, temperature: 0.5, topP: 0.9, maxLength: 20, block: 2 };
    const page = await pageOf([[dog]], {
      title: 'Captions of <x>/',
      command: 'caption "<x>"',
      models: ['m'],
      decoding,
    });
    expect(page).toContain('<h1>Captions of &#60;x&#62;/</h1>');
    expect(headingsOf(page)).toEqual(['How they were written']);
    expect(sectionOf(page, 'How they were written')).toMatch(
      /^ Command caption &#34;&#60;x&#62;&#34; Model m Decoding 3 drawn at temperature 0.5, from the likeliest words of probability 0.9 together Length 1 to 20 words Blocked no 2 words in a row twice Date 29 November 2026 at 09:30 /,
    );
  });

  it('is whole while it grows, in the order of the pictures', async () => {
    const page = new DescriptionPage(file, { pictures: 20 });
    const shown: number[] = [];
    for (let i = 0; i < 20; i++) {
      await page.add({ name: `${i}`, source: picture, captions: [dog] });
      const text = await readFile(file, 'utf8');
      if (i >= 7) expect(text).toMatch(/<\/html>\n$/);
      if (i >= 7) shown.push(cardsOf(text).length);
    }
    expect(shown).toEqual([8, 8, 8, 8, 8, 8, 8, 8, 16, 16, 16, 16, 16]);
    await page.close();
    const names = cardsOf(await readFile(file, 'utf8')).map((card) => /file">(\d+)</.exec(card)?.[1]);
    expect(names).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
  });

  it('has a place for a picture that is gone, and writes nothing where there is none', async () => {
    const page = new DescriptionPage(join(root, 'none.html'));
    await page.close();
    await expect(readFile(join(root, 'none.html'))).rejects.toThrow('ENOENT');
    const gone = new DescriptionPage(file);
    await gone.add({ name: '-', source: { name: '-', bytes: new Uint8Array() }, captions: [captionOf({})] });
    await gone.close();
    const text = inWords(cardsOf(await readFile(file, 'utf8'))[0]);
    expect(text).toContain('can not be shown (no words) standard input');
  });
});

it('the script finds pictures that have all words, and sorts by sureness and by numbers in names', () => {
  const { matches, orders } = new Function(`${FINDING}; return { matches, orders };`)();
  const pictures = ['b10', 'b9', 'a'].map((name, place) => ({ name, place, sure: [0.2, 0.5, 0.2][place], text: name }));
  const sorted = (order: string) => pictures.toSorted(orders[order]).map(({ name }) => name);
  expect(['given', 'surest', 'unsure', 'name'].map(sorted)).toEqual([
    ['b10', 'b9', 'a'],
    ['b9', 'b10', 'a'],
    ['b10', 'a', 'b9'],
    ['a', 'b9', 'b10'],
  ]);
  const found = (query: string) => matches({ text: 'img.jpg a black dog' }, query);
  expect(['', 'DOG', ' dog  black ', 'dog cat'].map(found)).toEqual([true, true, true, false]);
});
