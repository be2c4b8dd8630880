/**
 * What is in a photo? The CNN makes a vector of it, the captioner that ships with the package makes words of the vector.
 * Each word has a probability given the picture and the words before it; their product is that of the caption.
 *
 *     npx tsx examples/describe.ts [FILE…]
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describePictures, openCaptioner, openEngine } from 'caption-lm';

const files = process.argv.slice(2);
if (files.length === 0) files.push(relative('', fileURLToPath(new URL('../docs/nagasaki-boats.jpg', import.meta.url))));

const engine = await openEngine();
const { captioner, cnn } = await openCaptioner(engine);
const onSkip = ({ error }: { error: Error }) => console.error(error.message);

for await (const { name, captions } of describePictures(captioner, cnn, files, { onSkip })) {
  console.log(`\n${name}\n\nlog p   caption`);
  for (const { caption, logProb } of captions.slice(0, 5)) console.log(`${logProb.toFixed(2).padStart(6)}  ${caption}`);
  const [best] = captions;
  const words = best!.words.map(({ word, logProb }) => `${word} ${Math.exp(logProb).toFixed(2)}`);
  console.log(`\nword by word: ${words.join(', ')}`);
}
engine.close();
