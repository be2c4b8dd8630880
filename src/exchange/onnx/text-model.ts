/** The files of a text model as ONNX: its step, its tokens, and a README with programs that write. */

import { startOf } from '../../language/ids.ts';
import type { TextModel } from '../../language/text-model.ts';
import { END, UNKNOWN } from '../../text/special-tokens.ts';
import type { Level } from '../../text/tokenizer.ts';
import type { Vocabulary } from '../../text/vocabulary.ts';
import { type ExportedFiles, exportedJson } from '../files.ts';
import { type ExportedProgram, readme } from '../readme.ts';
import { stateSize, stepModel } from './language-model.ts';
import { beginInJavaScript, beginInPython, INSTALL, WORDS } from './programs.ts';

/** @returns the files, README.md among them */
export function textModelFiles({ model, vocabulary, config }: TextModel): ExportedFiles {
  const { level } = config;
  return {
    'step.onnx': stepModel(model),
    'model.json': exportedJson({
      kind: config.kind,
      level,
      state: stateSize(model),
      ...textTokens(vocabulary),
    }),
    'README.md': describe(config.level, vocabulary, stateSize(model)),
  };
}

/**
 * What a program has to know of a vocabulary: the ids of what stands before a text, ends it, and is never written.
 */
export function textTokens(vocabulary: Vocabulary) {
  const [end, unknown] = [vocabulary.idOf(END), vocabulary.idOf(UNKNOWN)];
  return {
    start: startOf(vocabulary),
    end: end ?? null,
    unknown: unknown ?? null,
    never: unknown === undefined ? [] : [unknown],
    tokens: vocabulary.tokens,
  };
}

function describe(level: Level, vocabulary: Vocabulary, S: number): string {
  const V = vocabulary.size;
  const ends = vocabulary.idOf(END) !== undefined;
  return readme({
    title: 'A language model in ONNX',
    about: [
      'Exported by `lm export --onnx` of caption-lm. It reads a token and says, for each token, how probable that is as the next one.',
      'N texts are read at once: the batch. Each has a state, which is zeros before its first token.',
    ],
    files: {
      'step.onnx': `\`token\` int32 [N], \`state\` float [N, ${S}] → \`log_probs\` float [N, ${V}] in nats, \`next_state\` [N, ${S}]`,
      'model.json': `\`tokens\` by their ids (${UNIT[level]}); \`start\`, the id that is read before a text; \`end\`, the id that ends it, if any; \`unknown\`, that of all other tokens, if any; \`never\`, ids that are not to be written; \`state\`, its size`,
    },
    programs: [python(level, ends), javascript(level, ends)],
  });
}

const UNIT: Readonly<Record<Level, string>> = {
  char: 'characters as people count them: an emoji of several code points is one token',
  byte: 'bytes of UTF-8, each as the character of that number',
  word: 'words and marks, each with the one space before it; all other white space character by character',
};

/** @param ends whether texts end, and begin after an end */
function python(level: Level, ends: boolean): ExportedProgram {
  const cut = {
    char: 'prime',
    byte: 'prime.encode().decode("latin-1")',
    word: `re.findall(${WORDS.python}, prime)`,
  }[level];
  const write = {
    char: 'print(tokens[ids[-1]], end="", flush=True)',
    word: 'print(tokens[ids[-1]], end="", flush=True)',
    byte: 'sys.stdout.buffer.write(tokens[ids[-1]].encode("latin-1"))',
  }[level];
  return {
    language: 'Python',
    install: INSTALL.python,
    call: 'python write.py "how it begins"',
    code: `
${beginInPython(['step'], { expressions: level === 'word' })}

tokens = model["tokens"]
prime = sys.argv[1] if len(sys.argv) > 1 else ""
read = [tokens.index(token) for token in ${cut}]
ids = ${ends ? '[model["start"]] + read' : 'read or [model["start"]]'}
given = {"state": np.zeros((1, model["state"]), np.float32)}
print(prime, end="", flush=True)
for t in range(len(ids) + 299):
    result = run(step, token=np.array([ids[t]], np.int32), **given)
    given["state"] = result["next_state"]
    if t + 1 < len(ids):
        continue  # the beginning is read, not written
    weights = np.exp(result["log_probs"][0].astype(np.float64) / 0.8)  # the temperature
    weights[model["never"]] = 0
    ids.append(np.random.choice(len(tokens), p=weights / weights.sum()))
    if ids[-1] == model["end"]:
        break
    ${write}`,
  };
}

function javascript(level: Level, ends: boolean): ExportedProgram {
  const cut = {
    char: 'prime',
    byte: "Buffer.from(prime).toString('latin1')",
    word: `prime.match(${WORDS.javascript}) ?? []`,
  }[level];
  return {
    language: 'JavaScript',
    install: INSTALL.javascript,
    call: 'node write.mjs "how it begins"',
    code: `
${beginInJavaScript(['step'])}

const prime = process.argv[2] ?? '';
const read = Array.from(${cut}, (token) => model.tokens.indexOf(token));
const ids = ${ends ? '[model.start, ...read]' : 'read.length > 0 ? read : [model.start]'};
if (ids.includes(-1)) throw new Error('the model has never seen a part of this beginning');
let state = new ort.Tensor('float32', new Float32Array(model.state), [1, model.state]);
process.stdout.write(prime);
for (let t = 0, last = ids.length + 299; t < last; t++) {
  const result = await step.run({ token: new ort.Tensor('int32', Int32Array.of(ids[t]), [1]), state });
  state = result.next_state;
  if (t + 1 < ids.length) continue; // the beginning is read, not written
  const weights = Array.from(result.log_probs.data, (p, id) => (model.never.includes(id) ? 0 : Math.exp(p / 0.8)));
  let left = Math.random() * weights.reduce((sum, weight) => sum + weight, 0);
  ids.push(weights.findIndex((weight) => (left -= weight) < 0));
  if (ids.at(-1) === model.end) break;
  process.stdout.write(${level === 'byte' ? "Buffer.from(model.tokens[ids.at(-1)], 'latin1')" : 'model.tokens[ids.at(-1)]'});
}`,
  };
}
