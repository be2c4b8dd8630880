/**
 * The side of TensorFlow.js' layers in the race `tfjs-layers`: the same updates as `bench/ours/lstm-training.ts`.
 *
 *     node --import tsx bench/rivals/tfjs-layers.ts HIDDEN LAYERS TEXT THREADS wasm|tensorflow
 *
 * The threads are those of the backend's own choice.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { corpusOf, cutIntoStreams, Streams } from '../../src/text/corpus.ts';
import { loadTfjs, type TfjsBackend } from '../../src/vision/backends/tfjs.ts';
import { CHARACTERS } from '../racing/data.ts';
import { serve } from '../racing/serve.ts';

const [V, BATCH, STEPS] = [CHARACTERS, 50, 50];
const [hidden, layers, text = '', , backend] = process.argv.slice(2);

await serve(async () => {
  // What it computes on is registered with it by our own loader: all copies of TensorFlow.js share one registry.
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs');
  tf.enableProdMode();
  await loadTfjs(backend as TfjsBackend);

  const limit = 1 / Math.sqrt(Number(hidden));
  const uniform = () => tf.initializers.randomUniform({ minval: -limit, maxval: limit });
  const start = { kernelInitializer: uniform(), recurrentInitializer: uniform(), biasInitializer: uniform() };
  const model = tf.sequential();
  for (let layer = 0; layer < Number(layers); layer++) {
    model.add(
      tf.layers.lstm({
        ...start,
        ...(layer === 0 && { batchInputShape: [BATCH, STEPS, V] }),
        units: Number(hidden),
        recurrentActivation: 'sigmoid',
        unitForgetBias: false,
        returnSequences: true,
        stateful: true,
      }),
    );
  }
  const { kernelInitializer, biasInitializer } = start;
  model.add(tf.layers.dense({ units: V, activation: 'softmax', kernelInitializer, biasInitializer }));
  model.compile({ optimizer: tf.train.adam(2e-3, 0.9, 0.999, 1e-8), loss: 'categoricalCrossentropy' });

  const streams = new Streams(cutIntoStreams(corpusOf(Uint32Array.from(readFileSync(text))), BATCH), STEPS);
  /** One-hot [N, T, V], of ids that lie step after step. */
  const oneHot = (ids: Int32Array) => tf.tidy(() => tf.oneHot(tf.tensor2d(ids, [STEPS, BATCH]).transpose(), V));
  let updates = 0;
  return {
    system: `TensorFlow.js ${tf.version.tfjs}, ${backend}`,
    async step() {
      const { inputs, targets } = streams.chunk(updates++ % streams.chunks);
      const [x, y] = [oneHot(inputs), oneHot(targets)];
      const loss: number = await model.trainOnBatch(x, y);
      tf.dispose([x, y]);
      return { done: BATCH * STEPS, found: { loss } };
    },
  };
});
