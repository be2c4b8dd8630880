/** The files of a translator as ONNX: its encoder, the step of its decoder, its words, and a README with programs. */
import type { Translator } from '../../translation/translator.ts';
import { END_ID, START_ID, UNKNOWN_ID } from '../../translation/words.ts';
import { type ExportedFiles, exportedJson } from '../files.ts';
import { type ExportedProgram, readme } from '../readme.ts';
import { stateSize, stepModel } from './language-model.ts';
import { beginInJavaScript, beginInPython, INSTALL, PARTED_WORDS } from './programs.ts';
import { encoderModel } from './sequences.ts';

/** @returns the files, README.md among them */
export function translatorFiles({ model, config, vocabularies }: Translator): ExportedFiles {
  return {
    'encoder.onnx': encoderModel(model),
    'step.onnx': stepModel(model.decoder),
    'model.json': exportedJson({
      kind: config.kind,
      state: stateSize(model.decoder),
      start: START_ID,
      end: END_ID,
      unknown: UNKNOWN_ID,
      never: [START_ID, UNKNOWN_ID],
      source: vocabularies.source.tokens,
      target: vocabularies.target.tokens,
    }),
    'README.md': describe(model),
  };
}

function describe({ shape, decoder }: Translator['model']): string {
  const S = stateSize(decoder);
  const { attention, target } = shape;
  const keys = decoder.attention?.shape.keys;
  const places = attention ? `, \`places\` float [N, T, ${2 * shape.hidden}], \`keys\` float [N, T, ${keys}]` : '';
  return readme({
    title: 'A translator in ONNX',
    about: [
      'Exported by `seq export --onnx` of caption-lm. The encoder reads a sentence and gives the state that the translation begins from; each step reads a word and says, for each word, how probable that is as the next one. Sentences of a batch have the same length.',
    ],
    files: {
      'encoder.onnx': `\`tokens\` int32 [N, T] → \`state\` float [N, ${S}]${places}`,
      'step.onnx': `\`token\` int32 [N], \`state\`${attention ? ', `places`, `keys`' : ''} → \`log_probs\` float [N, ${target}] in nats, \`next_state\` [N, ${S}]${attention ? ', `attention` [N, T], what it looked at' : ''}`,
      'model.json':
        '`source` and `target`: words by their ids, with the space before them; `start`, the id that is read first; `end`; `unknown`, that of all other words; `never`, ids that are not to be written',
    },
    programs: [python, javascript],
    notes: ['Both write the likeliest word at each step, as `seq predict --beam 1` does.'],
  });
}

const python: ExportedProgram = {
  language: 'Python',
  install: INSTALL.python,
  call: 'python translate.py "A dog runs."',
  code: `
${beginInPython(['encoder', 'step'], { expressions: true })}

source = {token: id for id, token in enumerate(model["source"])}
words = re.findall(${PARTED_WORDS.python}, sys.argv[1].strip())
given = run(encoder, tokens=np.array([[source.get(word, model["unknown"]) for word in words]], np.int32))
token, written = model["start"], []
while len(written) < 2 * len(words) + 10:
    result = run(step, token=np.array([token], np.int32), **given)
    given["state"] = result["next_state"]
    log_probs = result["log_probs"][0]
    log_probs[model["never"] + ([] if written else [model["end"]])] = -np.inf
    token = int(log_probs.argmax())
    if token == model["end"]:
        break
    written.append(model["target"][token])
print("".join(written).strip())`,
};

const javascript: ExportedProgram = {
  language: 'JavaScript',
  install: INSTALL.javascript,
  call: 'node translate.mjs "A dog runs."',
  code: `
${beginInJavaScript(['encoder', 'step'])}

const words = process.argv[2].trim().match(${PARTED_WORDS.javascript}) ?? [];
const ids = words.map((word) => (model.source.includes(word) ? model.source.indexOf(word) : model.unknown));
let given = await encoder.run({ tokens: new ort.Tensor('int32', Int32Array.from(ids), [1, ids.length]) });
const written = [];
for (let token = model.start; written.length < 2 * words.length + 10; ) {
  const result = await step.run({ ...given, token: new ort.Tensor('int32', Int32Array.of(token), [1]) });
  given = { ...given, state: result.next_state };
  const never = [...model.never, ...(written.length > 0 ? [] : [model.end])];
  const logProbs = Array.from(result.log_probs.data, (p, id) => (never.includes(id) ? -Infinity : p));
  token = logProbs.indexOf(Math.max(...logProbs));
  if (token === model.end) break;
  written.push(model.target[token]);
}
console.log(written.join('').trim());`,
};
