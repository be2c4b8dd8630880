/** The files of a captioner as ONNX: its CNN, where a caption begins, its step, its words, and a README with programs. */

import { InputError } from '../../base/errors.ts';
import { isUnspaced } from '../../base/languages.ts';
import { decodingDefaults } from '../../captioning/caption.ts';
import type { Captioner } from '../../captioning/captioner.ts';
import { specialIds } from '../../captioning/vocabulary.ts';
import type { Cnn } from '../../vision/cnn.ts';
import { type ExportedFiles, exportedJson } from '../files.ts';
import { type ExportedProgram, readme } from '../readme.ts';
import { beginModel, stateSize, stepModel } from './language-model.ts';
import { beginInJavaScript, beginInPython, INSTALL_FOR_PICTURES, pixelsFunction } from './programs.ts';

/** A captioner with the CNN that it sees by, as `openCaptioner` gives them. */
export interface CaptionerWithCnn {
  captioner: Captioner;
  cnn: Cnn;
}

/** @returns the files, README.md among them @throws InputError when the CNN has no form in ONNX */
export function captionerFiles({ captioner, cnn }: CaptionerWithCnn): ExportedFiles {
  const { model, vocabulary, config, standardisation, mapStandardisation, languages, grid } = captioner;
  if (!cnn.onnxModel) {
    throw new InputError(`the CNN ${cnn.name} has no form in ONNX`, {
      expected: 'a captioner with an EfficientNet-Lite',
    });
  }
  const { preprocessing } = config.pictures;
  const { end, forbidden, start } = specialIds(vocabulary);
  const starts = Object.fromEntries(
    languages.map((language) => [language, specialIds(vocabulary, { language }).start]),
  );
  const [language] = languages;
  return {
    'cnn.onnx': () => cnn.onnxModel!({ grid }),
    'begin.onnx': beginModel(model, { features: standardisation, map: mapStandardisation }),
    'step.onnx': stepModel(model),
    'model.json': exportedJson({
      kind: config.kind,
      picture: preprocessing,
      state: stateSize(model),
      longest: decodingDefaults.maxLength,
      between: language !== undefined && isUnspaced(language) ? '' : ' ',
      start,
      starts: languages.length > 0 ? starts : undefined,
      end,
      never: forbidden,
      tokens: vocabulary.tokens,
    }),
    'README.md': describe(captioner),
  };
}

function describe({ model, config, grid, languages }: Captioner): string {
  const { size, fit } = config.pictures.preprocessing;
  const { vocabulary: V, condition: D, memory } = model.shape;
  const S = stateSize(model);
  const attends = grid !== undefined && memory !== undefined;
  const map = attends ? `, \`map\` float [N, ${grid * grid}, ${memory}]` : '';
  const places = attends
    ? `, \`places\` [N, ${grid * grid}, ${memory}], \`keys\` [N, ${grid * grid}, ${model.attention!.shape.keys}]`
    : '';
  return readme({
    title: 'A captioner in ONNX',
    about: [
      'Exported by `caption export --onnx` of caption-lm. The CNN turns a picture into features; these give the state that a caption begins from; each step reads a word and says, for each word, how probable that is as the next one.',
    ],
    files: {
      'cnn.onnx': `\`pictures\` uint8 [N, ${size}, ${size}, 3], RGB → \`features\` float [N, ${D}]${map}`,
      'begin.onnx': `\`features\`${attends ? ', `map`' : ''} → \`state\` float [N, ${S}]${places}`,
      'step.onnx': `\`token\` int32 [N], \`state\`${attends ? ', `places`, `keys`' : ''} → \`log_probs\` float [N, ${V}] in nats, \`next_state\` [N, ${S}]${attends ? `, \`attention\` [N, ${grid * grid}], where it looked` : ''}`,
      'model.json': `\`picture\`: how one becomes a square (\`${fit}\` ${fit === 'squash' ? 'distorts it' : 'cuts off what is too long'}); \`tokens\` by their ids; \`start\`, the id that is read first${languages.length > 0 ? ', and `starts` of each language' : ''}; \`end\`; \`never\`, ids that are not to be written; \`longest\`, the most words; \`between\`, what stands between two`,
    },
    programs: [python(config.pictures.preprocessing), javascript(config.pictures.preprocessing)],
    notes: [
      'Both write what `caption describe --beam 1 --consensus 0` does: the likeliest word at each step, but never the one before it again. A beam, a choice among several captions and how sure the captioner is are not part of these files.',
      'The resampling of a picture differs a little from library to library, and so may a caption; `sharp` is what the captioner learned with.',
    ],
  });
}

function python(preprocessing: Captioner['config']['pictures']['preprocessing']): ExportedProgram {
  return {
    language: 'Python',
    install: INSTALL_FOR_PICTURES.python,
    call: 'python describe.py photo.jpg',
    code: `
${beginInPython(['cnn', 'begin', 'step'], { pictures: true })}

${pixelsFunction(preprocessing).python}

given = run(begin, **run(cnn, pictures=pixels(sys.argv[1])[None]))
token, caption = model["start"], []
while len(caption) < model["longest"]:
    result = run(step, token=np.array([token], np.int32), **given)
    given["state"] = result["next_state"]
    log_probs = result["log_probs"][0]
    log_probs[model["never"] + [token] + ([] if caption else [model["end"]])] = -np.inf
    token = int(log_probs.argmax())
    if token == model["end"]:
        break
    caption.append(model["tokens"][token])
print(model["between"].join(caption))`,
  };
}

function javascript(preprocessing: Captioner['config']['pictures']['preprocessing']): ExportedProgram {
  const { size } = preprocessing;
  return {
    language: 'JavaScript',
    install: INSTALL_FOR_PICTURES.javascript,
    call: 'node describe.mjs photo.jpg',
    code: `
${beginInJavaScript(['cnn', 'begin', 'step'], { pictures: true })}
${pixelsFunction(preprocessing).javascript}

const pictures = new ort.Tensor('uint8', await pixels(process.argv[2]), [1, ${size}, ${size}, 3]);
let given = await begin.run(await cnn.run({ pictures }));
const caption = [];
for (let token = model.start; caption.length < model.longest; ) {
  const result = await step.run({ ...given, token: new ort.Tensor('int32', Int32Array.of(token), [1]) });
  given = { ...given, state: result.next_state };
  const never = [...model.never, token, ...(caption.length > 0 ? [] : [model.end])];
  const logProbs = Array.from(result.log_probs.data, (p, id) => (never.includes(id) ? -Infinity : p));
  token = logProbs.indexOf(Math.max(...logProbs));
  if (token === model.end) break;
  caption.push(model.tokens[token]);
}
console.log(caption.join(model.between));`,
  };
}
