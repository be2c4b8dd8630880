import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import { EncoderDecoder } from '../../src/model/encoder-decoder.ts';
import { translationDefaults, translationShapeDefaults } from '../../src/translation/config.ts';
import { evaluateTranslator } from '../../src/translation/evaluate.ts';
import { writeTranslationEvaluation } from '../../src/translation/evaluation-report.ts';
import { Translator, translatingDefaults } from '../../src/translation/translator.ts';
import { translationVocabularySteps } from '../../src/translation/words.ts';
import { wasm } from '../nn/engines.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const PAIRS = [
  { source: 'A <red> cat.', target: 'Un chat <rouge>.' },
  { source: 'a dog runs to the lake and swims in it now', target: 'un chien court au lac et y nage maintenant' },
  { source: 'two cats', target: 'deux chats' },
  { source: 'a lake in the sun', target: 'un lac au soleil' },
];
/** As good as it can be, half right, of no word that is right, right but for a capital. */
const WRITTEN = ['Un chat <rouge>.', 'un chien court dans un lac', 'trois chiens', 'Un lac au soleil'];

/** A translator that has learned nothing: what it looks at does not matter here, only that it is shown. */
function untrained(attention: boolean): Translator {
  const vocabularyOf = (texts: string[]) => runAtOnce(translationVocabularySteps(texts, 1, 'texts'));
  const vocabularies = {
    source: vocabularyOf(PAIRS.map(({ source }) => source)),
    target: vocabularyOf(PAIRS.map(({ target }) => target)),
  };
  const shape = {
    ...{ ...translationShapeDefaults, hidden: 4, embedding: 3, attention },
    ...{ source: vocabularies.source.size, target: vocabularies.target.size },
  };
  const model = new EncoderDecoder(wasm, shape).initialise(new Random(1));
  const data = { name: 'pairs', training: 4, validation: 0, split: 'nothing', hash: '' };
  const settings = translationDefaults;
  return new Translator({ format: 1, kind: 'translation', shape, settings, data, scores: {} }, vocabularies, model);
}

/** The page of translations as they are given. */
async function pageOf(attention: boolean, beam = 5): Promise<string> {
  const file = join(root, 'pages', 'report.html');
  const translator = untrained(attention);
  const translations = WRITTEN.map((text) => ({ text, logProb: -1 }));
  const evaluation = { ...evaluateTranslator(translator, PAIRS), translations };
  const options = { ...translatingDefaults, beam };
  await writeTranslationEvaluation(file, translator, { name: 'Tom & Jerry', examples: PAIRS }, evaluation, options);
  const page = await readFile(file, 'utf8');
  expect(page).not.toMatch(/<red>|<rouge>/);
  return page;
}

/** The page as a reader sees it: text alone, underlined words between _. */
function textOf(page: string): string {
  return page
    .replace(/<style>.*<\/style>/gs, '')
    .replace(/<span class="off">(.*?)<\/span>/g, '_$1_')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

it('the report of a translator says the scores, and how it wrote', async () => {
  const { bleu, loss, perplexity } = evaluateTranslator(untrained(false), PAIRS);
  const scores = `BLEU ${bleu.toFixed(2)} on 4 pairs, loss ${loss.toFixed(4)}, perplexity ${perplexity.toFixed(2)}`;
  const lead = textOf(await pageOf(false));
  expect(lead).toContain(`Translations of Tom &#38; Jerry ${scores}; `);
  expect(lead).toContain('written by a beam search of 5 hypotheses.');
  expect(textOf(await pageOf(false, 1))).toContain('written greedily.');
});

it('the report of a translator shows what it wrote between source and reference, the best and the worst', async () => {
  const page = textOf(await pageOf(false));
  const [, examples, best, worst] = /What it writes(.*)Best and worst.*Best(.*)Worst(.*)Short and long/.exec(page)!;
  for (const { source } of PAIRS) expect(examples).toContain(source.replace('<red>', '&#60;red&#62;'));
  expect(examples).toContain(
    'to the lake and swims in it now un chien court_ dans_ un lac un chien court au lac et y nage maintenant',
  );
  // Of the two that equal their references, capitals aside, the longer one is the better.
  expect(best).toMatch(/^ A .*red.* cat\. .* · BLEU 100 a lake in the sun Un lac .* · BLEU 100 $/);
  expect(worst).toMatch(/^ two cats _trois__ chiens_ deux chats · BLEU 0 a dog runs .* · BLEU (?!100)\d\d $/);
});

it('the report of a translator compares short and long sources', async () => {
  expect(textOf(await pageOf(false))).toMatch(
    // Marks of punctuation are words too: < rouge > . are four.
    /words of the references all 4 \d+\.\d 18 21 1 to 10 3 \d+\.\d 12 12 11 to 20 1 \d+\.\d 6 9 $/,
  );
});

it('the report of a translator shows where it looked, if it looks', async () => {
  expect(await pageOf(false)).not.toContain('alignment">');
  const page = await pageOf(true);
  const [table = ''] = /<table class="upright alignment">.*?<\/table>/s.exec(page) ?? [];
  const [, ...rows] = table.split('<tr>');
  const end = '<th scope="row">end</th>';
  expect(rows.at(-1)).toContain(end);
  for (const row of rows.slice(1)) {
    const looked = [...row.matchAll(/--looked: (\d+)%/g)].map(([, percent]) => Number(percent));
    expect(looked).toHaveLength(6); // A < red > cat .
    expect(Math.abs(looked.reduce((sum, percent) => sum + percent, 0) - 100)).toBeLessThanOrEqual(3);
  }
  expect(page.match(/<details open>/g)).toHaveLength(4);
  expect(page.match(/<details>/g)).toHaveLength(4);
});
