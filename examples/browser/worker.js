/** The page's worker: captions of pictures, and a language model that learns from a text as one watches. */
import {
  clipGradients,
  describePictures,
  InputError,
  LanguageModel,
  languageDefaults,
  Optimizer,
  openCaptioner,
  openEngine,
  optimizerDefaults,
  Random,
  resetState,
  TextModel,
  tokenizers,
  uniformPacking,
  Vocabulary,
} from '../../dist/web/index.js'; // in a page of your own: 'caption-lm/browser'

const [BATCH, STEPS, HIDDEN] = [32, 50, 128];
const engine = openEngine();
let captioner;
let learning = 0;

const does = {
  async describe({ name, bytes }) {
    captioner ??= openCaptioner(await engine); // 28 MB, with the first picture
    const { captioner: writer, cnn } = await captioner;
    const onSkip = ({ error }) => {
      throw error;
    };
    for await (const { captions } of describePictures(writer, cnn, [{ name, bytes }], { onSkip })) {
      postMessage({ kind: 'captions', captions: captions.slice(0, 3) });
    }
  },
  async learn({ text }) {
    await learn(await engine, text, ++learning);
  },
  stop() {
    learning++;
  },
};

self.onmessage = async ({ data }) => {
  try {
    await does[data.kind](data);
  } catch (error) {
    postMessage({ kind: 'error', message: error.message });
    if (!(error instanceof InputError)) throw error;
  }
};
postMessage({ kind: 'engine', notice: (await engine).notice });

/** Learns from pieces of the text at random places, until another one or a stop comes. */
async function learn(engine, text, turn) {
  const tokens = tokenizers.char.split(text);
  if (tokens.length <= STEPS) throw new InputError(`the text has ${tokens.length} characters, too few to learn from`);
  const vocabulary = new Vocabulary([...new Set(tokens)]);
  const ids = tokens.map((token) => vocabulary.idOf(token));
  const random = new Random(1);
  const shape = { vocabulary: vocabulary.size, embedding: 0, cell: 'lstm', layers: 1, hidden: HIDDEN, condition: 0 };
  const model = new LanguageModel(engine, shape).initialise(random);
  // What the folder of a model says, for one that has none.
  const config = { format: 1, kind: 'language', level: 'char', shape, settings: languageDefaults, scores: {} };
  const source = { files: [], tokens: tokens.length, hash: '' };
  const writer = new TextModel({ ...config, text: source }, vocabulary, model);
  const optimizer = new Optimizer(engine, model.parameters, optimizerDefaults.adam);
  const packing = uniformPacking(BATCH, STEPS);
  const state = model.newState(BATCH);
  const [inputs, targets] = [new Int32Array(BATCH * STEPS), new Int32Array(BATCH * STEPS)];

  let begun = performance.now();
  for (let updates = 1; learning === turn; updates++) {
    for (let row = 0; row < BATCH; row++) {
      const at = random.integer(ids.length - STEPS);
      for (let step = 0; step < STEPS; step++) {
        inputs[step * BATCH + row] = ids[at + step];
        targets[step * BATCH + row] = ids[at + step + 1];
      }
    }
    resetState(state);
    const { sum, tokens } = model.lossAndGradients({ packing, inputs, targets }, state);
    clipGradients(engine, model.parameters, { by: 'norm', limit: 5 });
    optimizer.step(2e-3);
    if (updates % 20 > 0) continue;

    const speed = Math.round((20 * BATCH * STEPS * 1000) / (performance.now() - begun));
    postMessage({ kind: 'progress', updates, loss: sum / tokens, speed });
    let sample = '';
    for (const piece of writer.write({ length: 400, temperature: 0.7, random })) sample += piece.text;
    postMessage({ kind: 'sample', text: sample });
    await new Promise((resolve) => setTimeout(resolve)); // lets messages in
    begun = performance.now();
  }
}
