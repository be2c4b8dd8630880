/**
 * Races a training update of the language model against an LSTM of TensorFlow.js' layers: the task of `lm-training`, the
 * same text, sizes, batch, steps, Adam and first weights.
 *
 *     npm run bench -- tfjs-layers [--sizes 1x128,1x512] [--drivers onednn,wasm] [--rounds 3] [--seconds 2] [--save]
 *
 * TensorFlow.js takes part on its WebAssembly backend, which has one thread in Node, and on libtensorflow where tfjs-node
 * is set up (`npm run setup:native -- --tfjs`); the ratios are to the last that is there. Its layers can't clip gradients
 * by their norm, so they do without, which is less work; their sigmoid is asked for, as the default is a hard one. An
 * update takes them seconds, so fewer are made. See `lm-training.ts` for the rest.
 */
import { withText } from './racing/data.ts';
import { casesOf, raceOptions, runRace } from './racing/race.ts';

export default function tfjsLayers() {
  const { race, values } = raceOptions({ sizes: '1x128,1x512', drivers: 'onednn,wasm', rounds: '3' });
  return withText((text) =>
    runRace({
      ...race,
      name: 'tfjs-layers',
      unit: 'characters',
      cases: casesOf(values.sizes, text),
      ours: 'lstm-training.ts',
      rivals: [
        { program: 'tfjs-layers.ts', variant: 'wasm' },
        { program: 'tfjs-layers.ts', variant: 'tensorflow' },
      ],
      warmUp: 20,
    }),
  );
}
