/**
 * Measures how well a captioner finds the pictures of sentences and the sentences of pictures:
 *
 *     npm run bench -- retrieval DATASET [--model FOLDER] [--split val] [--pictures 1000] [--captions 5]
 *
 * A sentence's pictures are put in order by log p(sentence | picture). A picture's sentences are put in order by that less
 * log p(sentence), which is told in two ways beside none: to a picture of mean features, and as the mean probability over
 * all pictures. Writes the recalls as a table.
 */
import { parseArgs } from 'node:util';
import { runAtOnce } from '../src/base/steps.ts';
import { allFeatures } from '../src/captioning/batch.ts';
import { featuresOf, picturesOf } from '../src/captioning/features.ts';
import { openCaptioner } from '../src/captioning/open.ts';
import { TextLikelihoods } from '../src/captioning/retrieval/likelihoods.ts';
import { encodeCaption } from '../src/captioning/vocabulary.ts';
import { withMaps } from '../src/captioning/with-maps.ts';
import { table } from '../src/cli/table.ts';
import { openEngine } from '../src/compute/engine.ts';
import type { Split } from '../src/datasets/dataset.ts';
import { readCaptionDataset } from '../src/datasets/read.ts';
import { type Recall, recallOf } from '../src/metrics/recall.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string' },
    split: { type: 'string', default: 'val' },
    pictures: { type: 'string', default: '1000' },
    captions: { type: 'string', default: '5' },
  },
});
const engine = await openEngine('auto');
const { captioner, cnn } = await openCaptioner(engine, { folder: values.model });
const dataset = await readCaptionDataset(positionals[0] ?? '');
const chosen = picturesOf(dataset, values.split as Split).slice(0, Number(values.pictures));
const set = await featuresOf(chosen, cnn, false);
const { captions } = set;
const sentences = captions.flatMap((ofPicture, picture) =>
  ofPicture.slice(0, Number(values.captions)).map((caption) => ({ caption, picture })),
);
const [N, S] = [captions.length, sentences.length];

const begun = performance.now();
const tokens = sentences.map(({ caption }) => encodeCaption(caption, captioner.vocabulary));
const likelihoods = new TextLikelihoods(captioner, tokens);
const toMean = runAtOnce(likelihoods.ofNoPictureSteps());
const scores = new Float32Array(S * N);
await withMaps({ cnn, grid: captioner.grid }, [set], {}, async () => {
  const steps = likelihoods.ofPicturesSteps(allFeatures(set));
  for (let told = 0; ; ) {
    const step = steps.next();
    if (step.done) {
      scores.set(step.value);
      break;
    }
    if (performance.now() - told < 60_000) continue;
    told = performance.now();
    console.error(`${Math.floor(100 * step.value)} % after ${Math.round((told - begun) / 1000)} s`);
  }
});
const seconds = (performance.now() - begun) / 1000;
const toAll = Float32Array.from({ length: S }, (_, s) => {
  const ofSentence = scores.subarray(s * N, (s + 1) * N);
  const most = ofSentence.reduce((a, b) => Math.max(a, b));
  return most + Math.log(ofSentence.reduce((sum, score) => sum + Math.exp(score - most), 0) / N);
});

const isRight = (picture: number, sentence: number) => sentences[sentence]!.picture === picture;
const rows = [['', 'R@1', 'R@5', 'R@10', 'median rank']];
const add = (name: string, { r1, r5, r10, medianRank }: Recall) =>
  rows.push([name, ...[r1, r5, r10].map((share) => (100 * share).toFixed(1)), String(medianRank)]);
for (const [name, prior] of [
  ['no prior', new Float32Array(S)],
  ['mean features', toMean],
  ['mean over the pictures', toAll],
] as const) {
  const score = (picture: number, sentence: number) => scores[sentence * N + picture]! - prior[sentence]!;
  add(`sentences of a picture, ${name}`, recallOf(N, S, score, isRight));
}
const scoreOf = (sentence: number, picture: number) => scores[sentence * N + picture]!;
add(
  'pictures of a sentence',
  recallOf(S, N, scoreOf, (sentence, picture) => isRight(picture, sentence)),
);
console.log(table(rows));
console.log(`${N} pictures, ${S} sentences, ${Math.round(seconds)} s`);
engine.close();
