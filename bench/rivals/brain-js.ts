/**
 * brain.js' side of the race `brain-js`: the same updates as `bench/ours/line-training.ts`.
 *
 *     node --import tsx bench/rivals/brain-js.ts HIDDEN LAYERS TEXT THREADS
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CHARACTERS, linesOf } from '../racing/data.ts';
import { serve } from '../racing/serve.ts';
import { smoothing } from '../racing/statistics.ts';

const [hidden, layers, text = ''] = process.argv.slice(2);

await serve(async () => {
  const require = createRequire(import.meta.url);
  const { recurrent } = require('brain.js');
  const network = new recurrent.LSTM({
    inputSize: CHARACTERS,
    inputRange: CHARACTERS,
    outputSize: CHARACTERS,
    hiddenLayers: new Array(Number(layers)).fill(Number(hidden)),
    regc: 0,
  });
  network.initialize();
  network.updateTrainingOptions({ learningRate: 0.01 });
  const lines = linesOf(readFileSync(text));
  const smooth = smoothing(Math.log(CHARACTERS + 1), 0.99);
  let updates = 0;
  return {
    system: `brain.js ${require('brain.js/package.json').version}`,
    step() {
      const line = lines[updates++ % lines.length] ?? [];
      const done = line.length + 1; // END is learned too
      // It returns 2^(bits of the line / (its length - 1)) / 100.
      const loss = (Math.log(100 * network.trainPattern(line, true)) * (line.length - 1)) / done;
      return { done, found: { loss: smooth(loss) } };
    },
  };
});
