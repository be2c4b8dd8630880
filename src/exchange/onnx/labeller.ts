/** The files of a labeller as ONNX: its network, its CNN where it reads pictures, its labels, and a README with programs. */
import { InputError } from '../../base/errors.ts';
import type { SequenceLabeller } from '../../sequences/labeller.ts';
import type { Cnn } from '../../vision/cnn.ts';
import { type ExportedFiles, exportedJson } from '../files.ts';
import { type ExportedProgram, readme } from '../readme.ts';
import {
  BARE_WORDS,
  beginInJavaScript,
  beginInPython,
  INSTALL,
  INSTALL_FOR_PICTURES,
  pixelsFunction,
} from './programs.ts';
import { labellerModel } from './sequences.ts';

/** A labeller with the CNN that makes its vectors, where it reads pictures (`loadCnnOfLabeller`). */
export interface LabellerWithCnn {
  labeller: SequenceLabeller;
  cnn?: Cnn | undefined;
}

/** What a labeller reads, which its programs go by. */
type Reads = 'words' | 'vectors' | 'pictures';

/** @returns the files, README.md among them @throws InputError when the labeller, or its CNN, has no form in ONNX */
export function labellerFiles({ labeller, cnn }: LabellerWithCnn): ExportedFiles {
  const { model, config, coder } = labeller;
  const { vocabulary, labels, standardisation } = coder;
  if (config.reading === 'permuted') {
    throw new InputError('a model that reads pixels in a random order is not exported', { settings: ['model'] });
  }
  if (cnn && !cnn.onnxModel) throw new InputError(`the CNN ${cnn.name} has no form in ONNX`);
  const reads: Reads = cnn ? 'pictures' : vocabulary ? 'words' : 'vectors';
  const isPixels = config.reading !== undefined;
  return {
    ...(cnn && { 'cnn.onnx': () => cnn.onnxModel!() }),
    'label.onnx': labellerModel(model, standardisation),
    'model.json': exportedJson({
      kind: config.kind,
      task: config.task,
      labels,
      picture: cnn?.preprocessing,
      reading: config.reading,
      divisor: isPixels ? 255 : undefined,
      unknown: vocabulary && 0,
      tokens: vocabulary?.tokens,
    }),
    'README.md': describe(labeller, reads, cnn),
  };
}

function describe({ model, config, coder }: SequenceLabeller, reads: Reads, cnn: Cnn | undefined): string {
  const { shape } = model;
  const input = reads === 'words' ? '`tokens` int32 [N, T]' : `\`vectors\` float [N, T, ${coder.D}]`;
  const output = shape.writes === 'each' ? `[N, T, ${shape.choices}]` : `[N, ${shape.choices}]`;
  const size = cnn?.preprocessing.size;
  return readme({
    title: shape.writes === 'each' ? 'A tagger in ONNX' : 'A classifier in ONNX',
    about: [
      'Exported by `seq export --onnx` of caption-lm. It reads sequences whole: those of a batch have the same length.',
    ],
    files: {
      ...(cnn && {
        'cnn.onnx': `\`pictures\` uint8 [N, ${size}, ${size}, 3], RGB → \`features\` float [N, ${coder.D}]: the vector of a picture`,
      }),
      'label.onnx': `${input} → \`log_probs\` float ${output} in nats`,
      'model.json': [
        '`labels` in the order of the softmax',
        ...(reads === 'words' ? ['`tokens`, words in lower case by their ids', '`unknown`, the id of all others'] : []),
        ...(reads === 'pictures' ? ['`picture`: how one becomes a square'] : []),
        ...(config.reading
          ? [
              `\`reading\`: pictures are read ${config.reading === 'whole' ? 'all at once' : `by ${config.reading}`}`,
              '`divisor` of their bytes',
            ]
          : []),
      ].join('; '),
    },
    programs: [python(reads, config, cnn), javascript(reads, config, coder.D, cnn)],
  });
}

type Config = SequenceLabeller['config'];

const CALLS: Readonly<Record<Reads, string>> = {
  words: '"a sentence to be read"',
  vectors: "'[[0.5, 1, …], …]'",
  pictures: 'picture.jpg',
};

function networksOf(cnn: Cnn | undefined): string[] {
  return cnn ? ['cnn', 'label'] : ['label'];
}

function python(reads: Reads, { task, reading }: Config, cnn: Cnn | undefined): ExportedProgram {
  const networks = networksOf(cnn);
  const input = {
    words: `tokens = {token: id for id, token in enumerate(model["tokens"])}
words = re.findall(${BARE_WORDS.python}, sys.argv[1].lower())
ids = [tokens[word] if word in tokens else model["unknown"] for word in words]
inputs = {"tokens": np.array([ids], np.int32)}`,
    vectors: `inputs = {"vectors": np.array([json.loads(sys.argv[1])], np.float32)${reading ? ' / model["divisor"]' : ''}}`,
    pictures: `seen = run(cnn, pictures=np.stack([pixels(path) for path in sys.argv[1:]]))
inputs = {"vectors": seen["features"][None]}  # a step for each picture`,
  }[reads];
  return {
    language: 'Python',
    install: (cnn ? INSTALL_FOR_PICTURES : INSTALL).python,
    call: `python label.py ${CALLS[reads]}`,
    code: `
${beginInPython(networks, { expressions: reads === 'words', pictures: cnn !== undefined })}
${cnn ? `\n${pixelsFunction(cnn.preprocessing).python}\n` : ''}
${input}
log_probs = run(label, **inputs)["log_probs"][0]
${
  task === 'tag'
    ? `for step, row in enumerate(log_probs):
    print(${reads === 'words' ? 'words[step]' : 'step'}, model["labels"][row.argmax()])`
    : 'print(model["labels"][log_probs.argmax()], np.exp(log_probs.max()))'
}`,
  };
}

function javascript(reads: Reads, { task, reading }: Config, D: number, cnn: Cnn | undefined): ExportedProgram {
  const networks = networksOf(cnn);
  const input = {
    words: `const words = process.argv[2].toLowerCase().match(${BARE_WORDS.javascript}) ?? [];
const ids = words.map((word) => (model.tokens.includes(word) ? model.tokens.indexOf(word) : model.unknown));
const inputs = { tokens: new ort.Tensor('int32', Int32Array.from(ids), [1, ids.length]) };`,
    vectors: `const vectors = JSON.parse(process.argv[2]);
const values = Float32Array.from(vectors.flat()${reading ? ', (x) => x / model.divisor' : ''});
const inputs = { vectors: new ort.Tensor('float32', values, [1, vectors.length, ${D}]) };`,
    pictures: cnn
      ? `const steps = await Promise.all(process.argv.slice(2).map(pixels)); // a step for each picture
const size = model.picture.size;
const pictures = new ort.Tensor('uint8', Buffer.concat(steps), [steps.length, size, size, 3]);
const { features } = await cnn.run({ pictures });
const inputs = { vectors: new ort.Tensor('float32', features.data, [1, steps.length, ${D}]) };`
      : '',
  }[reads];
  return {
    language: 'JavaScript',
    install: (cnn ? INSTALL_FOR_PICTURES : INSTALL).javascript,
    call: `node label.mjs ${CALLS[reads]}`,
    code: `
${beginInJavaScript(networks, { pictures: cnn !== undefined })}
${cnn ? `${pixelsFunction(cnn.preprocessing).javascript}\n` : ''}
${input}
const { log_probs } = await label.run(inputs);
const L = model.labels.length;
for (let step = 0; step < log_probs.data.length / L; step++) {
  const row = [...log_probs.data.slice(step * L, (step + 1) * L)];
  const best = Math.max(...row);
  console.log(${task === 'tag' ? `${reads === 'words' ? 'words[step]' : 'step'}, model.labels[row.indexOf(best)]` : 'model.labels[row.indexOf(best)], Math.exp(best)'});
}`,
  };
}
