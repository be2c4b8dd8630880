/** Trains or resumes as `small-language.ts` says, in a process that a test can kill; prints the number of each update. */
import { openEngine } from '../../src/compute/engine.ts';
import { resumeLanguageModel, trainLanguageModel } from '../../src/language/train.ts';
import { smallTraining } from './small-language.ts';

const [root = '', folder = '', resume] = process.argv.slice(2);
const training = await smallTraining(await openEngine('wasm'), root, folder);
training.onEvent = (event) => {
  if (event.type === 'update') process.stdout.write(`${event.iteration}\n`);
};
await (resume ? resumeLanguageModel(training) : trainLanguageModel(training));
