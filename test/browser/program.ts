/**
 * A program that tests run under Node and in a browser, and that must give the same: the library is handed to it. It is
 * sent to the browser as text, so it imports nothing.
 */
import type * as nn from '../../src/nn.ts';
import type * as products from '../../src/portable.ts';

type Library = typeof products & typeof nn;

const TEXT = 'the quick brown fox jumps over the lazy dog, and the dog sleeps on. '.repeat(40);

export interface Sizes {
  layers: number;
  hidden: number;
  /** Sequences, and their steps. */
  batch: number;
  steps: number;
  updates: number;
}

/** An LSTM learns from a text, then scores it, writes on and is searched for cells that follow something. */
export async function learnAndWrite(lib: Library, { layers, hidden, batch, steps, updates }: Sizes) {
  const engine = await lib.openEngine('wasm', 'float32', 'plain'); // which computes the same bits everywhere
  const tokenizer = lib.tokenizers.char;
  const tokens = tokenizer.split(TEXT);
  const vocabulary = new lib.Vocabulary([lib.UNKNOWN, ...new Set(tokens)]);
  const ids = tokens.map((token) => vocabulary.idOf(token)!);
  const shape = { vocabulary: vocabulary.size, embedding: 0, cell: 'lstm', layers, hidden, condition: 0 } as const;
  const model = new lib.LanguageModel(engine, shape).initialise(new lib.Random(1));
  const optimizer = new lib.Optimizer(engine, model.parameters, lib.optimizerDefaults.adam);
  const state = model.newState(batch);
  const tokenBatch = {
    packing: lib.uniformPacking(batch, steps),
    inputs: ids.slice(0, batch * steps),
    targets: ids.slice(1, batch * steps + 1),
  };

  const begun = performance.now();
  const losses: number[] = [];
  for (let i = 0; i < updates; i++) {
    lib.resetState(state);
    const { sum, tokens: count } = model.lossAndGradients(tokenBatch, state);
    losses.push(sum / count);
    lib.clipGradients(engine, model.parameters, { by: 'norm', limit: 5 });
    optimizer.step(0.01);
  }
  const seconds = (performance.now() - begun) / 1000;

  const config = { format: 1, kind: 'language', level: 'char', shape, scores: {} } as const;
  const text = { files: [], tokens: tokens.length, hash: '' };
  const product = new lib.TextModel({ ...config, settings: lib.languageDefaults, text }, vocabulary, model);
  const logProbs = Array.from(product.scorer().read(tokens.slice(0, 100)), ({ logProb }) => logProb);
  let written = '';
  for (const piece of product.write({ length: 80, temperature: 0.5, random: new lib.Random(2) })) written += piece.text;
  const { findings } = (await product.cells(TEXT)).search();
  const found = findings.map(({ feature, cells }) => [feature, cells[0]!.layer, cells[0]!.cell]);
  const { threads, notice } = engine;
  engine.close();
  return { threads, notice, losses, logProbs, written, found, seconds };
}

/** The first caption of a picture at an address, by the captioner that ships. */
export async function describePicture(lib: Library, picture: string) {
  const engine = await lib.openEngine();
  const { captioner, cnn } = await lib.openCaptioner(engine);
  const captions: string[] = [];
  const errors: string[] = [];
  const onSkip = ({ error }: { error: Error }) => errors.push(`${error.name}: ${error.message}`);
  for await (const described of lib.describePictures(captioner, cnn, [picture], { onSkip })) {
    captions.push(described.captions[0]!.caption);
  }
  engine.close();
  return { captions, errors };
}

/** The words of a picture's first caption by a captioner that attends to places, and where in the picture they come from. */
export async function explainPicture(lib: Library, { folder, picture }: { folder: string; picture: string }) {
  const engine = await lib.openEngine();
  const { captioner, cnn } = await lib.openCaptioner(engine, { folder });
  const found: Record<string, number[][]> = {};
  let words: string[] = [];
  for (const by of ['attention', 'cells'] as const) {
    for await (const described of lib.describePictures(captioner, cnn, [picture], { explain: by })) {
      words = described.captions[0]!.words.map(({ word }) => word);
      found[by] = described.wordMaps!.words;
    }
  }
  engine.close();
  return { words, found };
}
