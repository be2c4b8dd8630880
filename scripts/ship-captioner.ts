/**
 * Makes a trained captioner the one that ships, in half precision; or the mean of two, one that was finetuned and one that
 * its training started from, by equal shares or with a share of the second. Its card says what it was trained with.
 *
 *     npx tsx scripts/ship-captioner.ts runs/trained
 *     npx tsx scripts/ship-captioner.ts runs/finetuned runs/initial
 *     npx tsx scripts/ship-captioner.ts runs/finetuned runs/initial 0.25
 *     caption calibrate FLICKR8K COCO --model data/captioner
 */
import { averageWeights } from '../src/captioning/average.ts';
import { Captioner } from '../src/captioning/captioner.ts';
import { shippedCaptioner } from '../src/captioning/open.ts';
import { openEngine } from '../src/compute/engine.ts';

const [folder, initial, share = '0.5'] = process.argv.slice(2);
if (!folder) throw new Error('usage: npx tsx scripts/ship-captioner.ts TRAINED [INITIAL [SHARE]]');

const engine = await openEngine('wasm');
const captioner = await Captioner.load(folder, engine);
if (initial) averageWeights(captioner, await Captioner.load(initial, engine), Number(share));
const scores = initial ? {} : captioner.config.scores; // those of a mean were not measured
await captioner.save(shippedCaptioner(), scores, { half: true });
engine.close();
console.log(`${initial ? `the mean of ${folder} and ${initial}` : folder} is now in ${shippedCaptioner()}`);
