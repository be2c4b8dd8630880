/**
 * A captioner of one's own: it learns from pictures with captions, then describes pictures that it has not seen. By
 * default from 320 of the drawn scenes in data/coco-subset, in less than a minute on one core, most of which the CNN takes
 * to look at them. What it saw is kept, so that the second run begins with learning.
 *
 *     npx tsx examples/train-captions.ts [DATASET [FOLDER]]
 *
 * To learn from several datasets at once, give `datasets: [{ dataset: one }, { dataset: another, weight: 3 }]` in place of
 * `dataset`: each is measured by itself.
 */
import { fileURLToPath } from 'node:url';
import {
  captionDefaults,
  describePictures,
  loadCnn,
  openCaptioner,
  openEngine,
  readCaptionDataset,
  trainCaptioner,
} from 'caption-lm';

const scenes = fileURLToPath(new URL('../data/coco-subset', import.meta.url));
const [path = scenes, folder = 'runs/example-captioner'] = process.argv.slice(2);
const PICTURES = 320;

const engine = await openEngine();
const cnn = await loadCnn();
const dataset = await readCaptionDataset(path);
for (const [split, pictures] of dataset.splits) {
  dataset.splits.set(split, pictures.slice(0, split === 'train' ? PICTURES : PICTURES / 8));
}

await trainCaptioner({
  engine,
  dataset,
  cnn,
  folder,
  start: { shape: { cell: 'lstm', layers: 1, hidden: 192, embedding: 128 }, cnnName: 'efficientnet-lite2' },
  // Not mirrored: captions of the scenes say left and right.
  settings: { ...captionDefaults, mirrored: false, batch: 64, epochs: 15, learningRate: 3e-3 },
  onExtraction: { onSkip: console.warn },
  onStart: ({ dataset, shape }, parameters) =>
    console.log(`${dataset.captions} captions, ${shape.vocabulary} words, ${parameters} parameters`),
  onEvent(event) {
    if (event.type !== 'validation') return;
    const { epoch, scores, samples } = event;
    console.log(`epoch ${epoch.toFixed(0).padStart(2)}  CIDEr ${scores['cider']!.toFixed(2)}  ${samples[0]}`);
  },
});

const { captioner } = await openCaptioner(engine, { folder, cnn });
const unseen = dataset.splits.get('val')!.slice(0, 8);
const files = unseen.map(({ file }) => file);
console.log('\nwhat it says now of pictures that it did not learn from, beside what people said:\n');
let i = 0;
for await (const { captions } of describePictures(captioner, cnn, files)) {
  console.log(`${captions[0]!.caption}\n    ${unseen[i++]!.captions[0]}`);
}
engine.close();
