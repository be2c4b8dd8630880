import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runAtOnce } from '../../../src/base/steps.ts';
import { Captioner } from '../../../src/captioning/captioner.ts';
import { TextLikelihoods } from '../../../src/captioning/retrieval/likelihoods.ts';
import { queryOf, searchPictures } from '../../../src/captioning/retrieval/search.ts';
import { searchPage } from '../../../src/captioning/retrieval/search-page.ts';
import { trainCaptioner } from '../../../src/captioning/train.ts';
import { encodeCaption, specialIds } from '../../../src/captioning/vocabulary.ts';
import type { Extracted } from '../../../src/vision/extract.ts';
import { COLOURS, captionOf, engineAndFolder, fakeCnn, featuresFor, smallTraining } from '../small-captioning.ts';

const { engine, root } = await engineAndFolder();
const D = fakeCnn.featureSize;
const pictures = COLOURS.flatMap((sky) => COLOURS.map((ground) => [sky, ground] as const));
let captioner: Captioner;
beforeAll(async () => {
  await trainCaptioner(await smallTraining(engine, root, 'trained', { epochs: 60, evaluateEvery: 1000 }));
  captioner = await Captioner.load(join(root, 'trained'), engine);
});

/** log p(text, END | picture), a word at a time. */
function naive(features: Float32Array, words: readonly number[]): number {
  const { start, end } = specialIds(captioner.vocabulary);
  const step = captioner.begin(features);
  return [...words, end].reduce((sum, token, i) => sum + step([i === 0 ? start : words[i - 1]!], [0])[token]!, 0);
}

describe('the likelihoods of texts', () => {
  it('are those that are read word by word, of more pictures than are read at once and of texts that begin alike', () => {
    const texts = ['a red sky over blue ground', 'a red sky', 'a red sky over green', 'blue a', 'a red sky'].map(
      (text) => encodeCaption(text, captioner.vocabulary),
    );
    const few = featuresFor(pictures);
    const features = Float32Array.from({ length: 200 * D }, (_, i) => few[i % few.length]! + (i % 7) / 100);
    const likelihoods = new TextLikelihoods(captioner, texts);
    const found = runAtOnce(likelihoods.ofPicturesSteps(features));
    expect(found).toHaveLength(texts.length * 200);
    for (const picture of [0, 5, 191, 192, 199]) {
      for (const [s, text] of texts.entries()) {
        const expected = naive(features.slice(picture * D, (picture + 1) * D), text);
        expect(found[s * 200 + picture]).toBeCloseTo(expected, 3);
      }
    }
    const { mean } = captioner.standardisation;
    expect(runAtOnce(likelihoods.ofNoPictureSteps())[3]).toBeCloseTo(naive(mean, texts[3]!), 3);
  });
});

describe('searchPictures', () => {
  /** Pictures by their numbers, over and over. */
  async function* extracted(count: number): AsyncGenerator<Extracted> {
    const features = featuresFor(pictures);
    for (let index = 0; index < count; index++) {
      const n = index % pictures.length;
      const name = `${pictures[n]!.join('-')} ${index}`;
      yield { index, name, source: name, key: '', features: features.slice(n * D, (n + 1) * D) };
    }
  }

  it('finds the pictures of a caption, the best and of equal ones the first before the others', async () => {
    for (const [sky, ground] of [
      ['red', 'blue'],
      ['white', 'green'],
    ] as const) {
      const query = queryOf(captionOf(sky, ground).toUpperCase(), captioner.vocabulary);
      expect(query.unknown).toEqual([]);
      const looked: number[] = [];
      const onProgress = (count: number) => looked.push(count);
      const found = await searchPictures(captioner, query, extracted(200), { top: 3, onProgress });
      const first = pictures.findIndex(([a, b]) => a === sky && b === ground);
      expect(found.map(({ name }) => name)).toEqual([0, 16, 32].map((more) => `${sky}-${ground} ${first + more}`));
      expect(found[0]!.score).toBeGreaterThan(0);
      expect(looked).toEqual([192, 200]);
    }
  });

  it('says which words are not known, and refuses a text of such alone', () => {
    expect(queryOf('A red zebra sky!', captioner.vocabulary)).toEqual({
      words: ['a', 'red', 'sky'],
      unknown: ['zebra'],
    });
    expect(() => queryOf('zebra', captioner.vocabulary)).toThrow(/^the captioner knows no word .* found "zebra"/);
    expect(() => queryOf('red '.repeat(41), captioner.vocabulary)).toThrow(
      /^too many words .* found 41, expected at most 40/,
    );
  });

  it('stops by its signal', async () => {
    const options = { top: 1, signal: AbortSignal.abort(new Error('stopped')) };
    const query = queryOf('red', captioner.vocabulary);
    await expect(searchPictures(captioner, query, extracted(1), options)).rejects.toThrow('stopped');
  });

  it('shows what was found on a page, also what can not be shown', async () => {
    const match = { name: 'none.png', source: 'none.png', score: 1.234, logProb: -3 };
    const page = await searchPage('<a>', [match], { unknown: ['<zebra>'] });
    expect(page).toContain('does not know it: &#60;zebra&#62;.');
    expect(page).toMatch(/<h1>Pictures for “&#60;a&#62;”<\/h1>.*can not be shown.*1\.23.*none\.png.*<\/html>\n$/s);
  });
});
