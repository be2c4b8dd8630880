/**
 * Makes the captioner that ships: the mean of a trained one and what it became by finetuning, in half precision.
 *
 *     caption train FLICKR8K --out runs/flickr8k
 *     caption train FLICKR8K --init runs/flickr8k --finetune cider --out runs/cider
 *     npx tsx scripts/ship-captioner.ts runs/cider runs/flickr8k
 *     caption calibrate FLICKR8K COCO --model data/captioner
 */
import { averageWeights } from '../src/captioning/average.ts';
import { Captioner } from '../src/captioning/captioner.ts';
import { shippedCaptioner } from '../src/captioning/open.ts';
import { openEngine } from '../src/compute/engine.ts';

const [folder, initial] = process.argv.slice(2);
if (!folder || !initial) throw new Error('usage: npx tsx scripts/ship-captioner.ts FINETUNED INITIAL');

const engine = await openEngine('wasm');
const captioner = await Captioner.load(folder, engine);
averageWeights(captioner, await Captioner.load(initial, engine));
await captioner.save(shippedCaptioner(), {}, { half: true });
engine.close();
console.log(`the mean of ${folder} and ${initial} is now in ${shippedCaptioner()}`);
