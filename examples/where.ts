/**
 * Where in a photo does the CNN see what it sees? Its last maps have 1,280 channels at each of 9 × 9 places; their means
 * are the features, by which the classifier tells ImageNet's 1,000 classes apart. Applied at each place by itself it says
 * where the photo looks like a class: the class activation map (Zhou et al. 2016).
 *
 *     npx tsx examples/where.ts [FILE]
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { decodePicture, loadCnn, openEngine } from 'caption-lm';

const SHADES = ' .:-=+*#%@';

const file = process.argv[2] ?? fileURLToPath(new URL('../docs/pictures/cat.jpg', import.meta.url));
const engine = await openEngine();
const cnn = await loadCnn('efficientnet-lite2', 'engine', engine);
const classifier = await cnn.openClassifier!(); // a CNN that has learned with a captioner has none

const picture = await decodePicture(await readFile(file), cnn.preprocessing, file);
const maps = await cnn.maps([picture]); // values [1, 9, 9, 1280]
const places = maps.height * maps.width;
const features = new Float32Array(cnn.featureSize);
for (const [i, value] of maps.values.entries()) features[i % cnn.featureSize]! += value / places;

const tags = classifier.tags(features, 3);
for (const { name, probability } of tags) console.log(`${probability.toFixed(2)}  ${name}`);

const map = classifier.activation(maps, tags[0]!.index);
const most = Math.max(...map);
console.log(`\nwhere it looks like ${tags[0]!.name}:`);
for (let y = 0; y < maps.height; y++) {
  const line = map.slice(y * maps.width, (y + 1) * maps.width);
  const shades = Array.from(line, (value) => SHADES[Math.floor((SHADES.length - 1) * Math.max(0, value / most))]!);
  console.log(`  |${shades.map((shade) => shade.repeat(2)).join('')}|`);
}
engine.close();
