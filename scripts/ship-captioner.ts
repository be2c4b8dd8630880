/**
 * Makes a trained captioner the one that ships, in half precision: or the mean of two, one that was finetuned and one that its
 * training started from, by equal shares or with a share of the second; with its most frequent words alone, where a number is
 * given. How sure it is must be measured anew then. Another folder takes what is on the way there, in full precision.
 *
 *     npx tsx scripts/ship-captioner.ts runs/trained
 *     npx tsx scripts/ship-captioner.ts runs/finetuned runs/initial --share 0.4 --words 2650
 *     npx tsx scripts/ship-captioner.ts runs/one runs/other --out runs/mean
 *     caption calibrate FLICKR8K COCO --model data/captioner
 */
import { parseArgs } from 'node:util';
import { averageWeights } from '../src/captioning/average.ts';
import { Captioner } from '../src/captioning/captioner.ts';
import { shippedCaptioner } from '../src/captioning/open.ts';
import { firstWords } from '../src/captioning/vocabulary.ts';
import { openEngine } from '../src/compute/engine.ts';
import { LanguageModel } from '../src/model/language-model.ts';

const { values, positionals } = parseArgs({
  options: { share: { type: 'string', default: '0.5' }, words: { type: 'string' }, out: { type: 'string' } },
  allowPositionals: true,
});
const [folder, initial] = positionals;
if (!folder)
  throw new Error('usage: npx tsx scripts/ship-captioner.ts TRAINED [INITIAL] [--share S] [--words N] [--out DIR]');

const engine = await openEngine('wasm');
let captioner = await Captioner.load(folder, engine);
if (initial) averageWeights(captioner, await Captioner.load(initial, engine), Number(values.share));
if (values.words) captioner = withWords(captioner, Number(values.words));
const changed = initial !== undefined || values.words !== undefined;
const out = values.out ?? shippedCaptioner();
await captioner.save(out, changed ? {} : captioner.config.scores, { half: !values.out }); // a mean's were not measured
engine.close();
console.log(`${initial ? `the mean of ${folder} and ${initial}` : folder} is now in ${out}`);

/** A captioner with the first words of its vocabulary, which are the most frequent ones. */
function withWords(captioner: Captioner, words: number): Captioner {
  const { config, vocabulary, model, standardisation, mapStandardisation, cnn } = captioner;
  const kept = firstWords(vocabulary, words);
  const shape = { ...config.shape, vocabulary: kept.size };
  const smaller = new LanguageModel(engine, shape);
  smaller.copyFrom(
    model,
    kept.tokens.map((token) => vocabulary.idOf(token)!),
  );
  const settings = { ...config.settings, words };
  const result = new Captioner({ ...config, shape, settings }, kept, smaller, standardisation, mapStandardisation);
  result.cnn = cnn;
  return result;
}
