import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { runAtOnce } from '../../../src/base/steps.ts';
import { scoreWrittenSteps } from '../../../src/captioning/evaluate.ts';
import { writeCaptionEvaluation } from '../../../src/captioning/report/evaluation-report.ts';
import type { CaptionDataset } from '../../../src/datasets/dataset.ts';
import { temporaryFolder } from '../../training/small-training.ts';
import { vocabularyOf } from '../small-captioning.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const pictures = {
  names: ['boat.jpg', 'dog.jpg', 'men.jpg', 'tree.jpg'],
  captions: [['A red boat.', 'a boat at sea'], ['a <black> dog'], ['two men talk', 'men in a park'], ['a green tree']],
};
const written = runAtOnce(
  scoreWrittenSteps(
    ['a red boat', 'a green house', 'two men in a park', 'a tree'].map((caption) => [
      { caption, logProb: 0, words: [] },
    ]),
    pictures,
  ),
);
const dataset: CaptionDataset = {
  name: 'Tom & Jerry',
  format: 'table',
  splits: new Map([
    ['test', pictures.names.map((id, i) => ({ id, file: join(root, id), captions: pictures.captions[i]! }))],
  ]),
  report: [],
};
const evaluation = {
  ...written,
  ...({
    dataset,
    split: 'test',
    pictures,
    vocabulary: vocabularyOf(['a red boat green tree dog sea']),
  } as const),
};

/** The page as a reader sees it: text alone. */
async function pageOf(changes: Partial<Parameters<typeof writeCaptionEvaluation>[1]> = {}): Promise<string> {
  const file = join(root, 'pages', 'report.html');
  const decoding = { beam: 3, lengthPenalty: 0.7, minLength: 2, maxLength: 9, block: 3 };
  await writeCaptionEvaluation(file, { ...evaluation, models: ['runs/<one>'], decoding, ...changes });
  const page = await readFile(file, 'utf8');
  expect(page).not.toMatch(/<black>|<one>/);
  return page.replace(/<style>.*<\/style>|<[^>]*>/gs, ' ').replace(/\s+/g, ' ');
}

it('the report of an evaluation says the scores, the pictures’ captions from best to worst, and words missed', async () => {
  const page = await pageOf({ copied: 0.25 });
  const { bleu1, bleu4, cider, rougeL } = Object.fromEntries(
    Object.entries(written.scores).map(([name, score]) => [name, (100 * score).toFixed(1)]),
  );
  expect(page).toContain(
    `BLEU-1 ${bleu1}, BLEU-4 ${bleu4}, CIDEr ${cider} on the test split of Tom &#38; Jerry (4 pictures).`,
  );
  expect(page).toMatch(new RegExp(` captions ${bleu1} .* ${bleu4} ${rougeL} ${cider} `));
  expect(page).toContain(
    'They use 10 different words (people 10) and have 3.3 words on average (people 3.0). Of the 4 captions 4 (100.0 %) are different ones; 25.0 % stand in the training set word for word.',
  );

  const [, best = '', worst = ''] =
    /Best (men.*) Worst (.*) Words missed/.exec(page.replace(/.*Best and worst/, '')) ?? [];
  expect(best.match(/\w+\.jpg/g)).toEqual(['men.jpg', 'boat.jpg']);
  expect(worst).toMatch(/^dog\.jpg a green house CIDEr 0 a &#60;black&#62; dog /);
  expect(page).toMatch(/Words missed 2 words of its vocabulary .* 1 dog 1 sea 3 words are not in its vocabulary/);
});

it('the report of an evaluation shows maps of the words of those pictures that can be explained', async () => {
  const file = join(root, 'boat.png');
  await sharp({ create: { width: 8, height: 6, channels: 3, background: '#24c' } })
    .png()
    .toFile(file);
  const shown = new Map(dataset.splits);
  shown.set(
    'test',
    dataset.splits.get('test')!.map((picture, i) => (i === 0 ? { ...picture, file } : picture)),
  );
  const words = ['a', 'red', 'boat'].map((word) => ({ word, logProb: -1 }));
  const maps = { by: 'attention', grid: 2, fit: 'squash', words: words.map(() => [1, 0, 0, 0]) } as const;
  const explain = async (i: number) =>
    i === 0
      ? { caption: { caption: 'a red boat', logProb: -3, words }, maps: { ...maps, words: [...maps.words] } }
      : undefined;
  const report = join(root, 'explained.html');
  const decoding = { beam: 1, lengthPenalty: 0, maxLength: 9 };
  const given = { ...evaluation, dataset: { ...dataset, splits: shown }, models: ['one'], decoding, explain };
  const shares: number[] = [];
  await writeCaptionEvaluation(report, given, { onProgress: (share) => shares.push(share) });
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.filter((share) => share > 0.2)).toHaveLength(3); // of four pictures
  const page = await readFile(report, 'utf8');
  expect(page.match(/class="looked"/g)).toHaveLength(1);
  expect(page).toContain('<p class="said"><span>a</span> <span>red</span> <span>boat</span></p>');
  expect(page).toContain('where the captioner looked before it wrote the word');
  expect(page).toMatch(/<script>.*<\/script>/s);

  const stop = new AbortController();
  const stopped = { ...given, explain: async () => stop.abort(new Error('stopped')) as undefined };
  await expect(writeCaptionEvaluation(report, stopped, { signal: stop.signal })).rejects.toThrow('stopped');
});

it('the report of an evaluation of one picture has no best and worst', async () => {
  const one = { names: ['boat.jpg'], captions: [['A red boat.']] };
  const page = await pageOf({ pictures: one, captions: ['a red boat'] });
  expect(page).not.toContain('Best and worst');
  expect(page).toContain('Words missed');
});

it('the report of an evaluation says how the captions were written', async () => {
  expect(await pageOf()).toContain(
    'How they were written Model runs/&#60;one&#62; Vocabulary 10 words ' +
      'Decoding beam search, beam 3, length penalty 0.7 Length 2 to 9 words Blocked no 3 words in a row twice',
  );
  const together = await pageOf({ models: ['A', 'B'], decoding: { beam: 1, lengthPenalty: 0, maxLength: 20 } });
  expect(together).toMatch(/Models, together A, B .* Decoding greedy Length 1 to 20 words $/);
});
