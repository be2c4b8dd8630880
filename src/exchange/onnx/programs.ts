/** Pieces of the programs in the READMEs of ONNX models: how a text is cut, how a picture is read. Knows no model. */
import type { Preprocessing } from '../../vision/pixels.ts';

/** Words as `splitWords` has them where words have spaces between them: with the space before each, or without any. */
export const WORDS = {
  python: String.raw`r" ?\w+(?:['’]\w+)*| ?[^\w\s]|\s"`,
  javascript: String.raw`/ ?[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}\p{N}_]+)*| ?[^\p{L}\p{M}\p{N}_\s]|\s/gu`,
};

export const BARE_WORDS = {
  python: String.raw`r"\w+(?:['’]\w+)*|[^\w\s]"`,
  javascript: String.raw`/[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}\p{N}_]+)*|[^\p{L}\p{M}\p{N}_\s]/gu`,
};

/** As `WORDS`, for translators, which part l'homme in two. */
export const PARTED_WORDS = {
  python: String.raw`r"(?i) ?(?:[cdjlmnst]|[^\W\d_]*qu)['’](?=.)(?!\s)| ?\w+(?:['’]\w+)*| ?[^\w\s]|\s"`,
  javascript: String.raw`/ ?(?:[cdjlmnst]|\p{L}*qu)['’](?=\S)| ?[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}\p{N}_]+)*| ?[^\p{L}\p{M}\p{N}_\s]|\s/giu`,
};

/** A function `pixels(path)` to bytes [S, S, 3], as `decodePicture` gives them. */
export function pixelsFunction({ size, fit }: Preprocessing): { python: string; javascript: string } {
  const square = `(${size}, ${size}), Image.Resampling.LANCZOS`;
  const fitted = fit === 'squash' ? `picture.resize(${square})` : `ImageOps.fit(picture, ${square})`;
  return {
    python: `def pixels(path):
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    return np.asarray(${fitted})`,
    javascript: `const pixels = (path) =>
  sharp(path).autoOrient().resize(${size}, ${size}, { fit: '${fit === 'squash' ? 'fill' : 'cover'}' })
    .flatten({ background: 'white' }).toColourspace('srgb').raw().toBuffer();`,
  };
}

/** What a program needs beside numbers: regular expressions, to cut a text, or to read pictures. */
interface ProgramNeeds {
  expressions?: boolean;
  pictures?: boolean;
}

/** How a Python program begins: with `model.json` and its networks, and a function that gives the outputs of one by name. */
export function beginInPython(
  names: readonly string[],
  { expressions = false, pictures = false }: ProgramNeeds = {},
): string {
  return `import json, ${expressions ? 're, ' : ''}sys
import numpy as np, onnxruntime
${pictures ? 'from PIL import Image, ImageOps\n' : ''}
model = json.load(open("model.json", encoding="utf-8"))
${names.join(', ')}${names.length === 1 ? ',' : ''} = (onnxruntime.InferenceSession(f"{name}.onnx") for name in ${JSON.stringify(names)})

def run(network, **inputs):
    names = [output.name for output in network.get_outputs()]
    return dict(zip(names, network.run(names, inputs)))`;
}

/** How a JavaScript program begins: with `model.json` and its networks. */
export function beginInJavaScript(
  names: readonly string[],
  { pictures = false }: Pick<ProgramNeeds, 'pictures'> = {},
): string {
  const list = names.map((name) => `'${name}'`).join(', ');
  return `import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
${pictures ? "import sharp from 'sharp';\n" : ''}
const model = JSON.parse(readFileSync('model.json', 'utf8'));
const open = (name) => ort.InferenceSession.create(\`\${name}.onnx\`);
const [${names.join(', ')}] = await Promise.all([${list}].map(open));`;
}

export const INSTALL = { python: 'pip install onnxruntime numpy', javascript: 'npm install onnxruntime-node' };
export const INSTALL_FOR_PICTURES = {
  python: `${INSTALL.python} pillow`,
  javascript: `${INSTALL.javascript} sharp`,
};
