/**
 * Makes the captioner that ships from a trained one: the same files with weights in half precision.
 *
 *     caption train FLICKR8K --out runs/flickr8k
 *     npx tsx scripts/ship-captioner.ts runs/flickr8k
 */
import { Captioner } from '../src/captioning/captioner.ts';
import { SHIPPED_CAPTIONER } from '../src/captioning/open.ts';
import { standardisationTensors } from '../src/captioning/picture-features.ts';
import { openEngine } from '../src/compute/engine.ts';
import { saveModel } from '../src/model/model-folder.ts';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: npx tsx scripts/ship-captioner.ts FOLDER');

const engine = await openEngine('wasm');
const captioner = await Captioner.load(folder, engine);
const extra = standardisationTensors(captioner.standardisation);
await saveModel(SHIPPED_CAPTIONER, captioner, { extra, half: true });
engine.close();
console.log(`${folder} is now in ${SHIPPED_CAPTIONER}`);
