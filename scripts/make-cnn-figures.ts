/**
 * Draws the figures of docs/cnn.md, which show what the CNN's layers make of a photo, and prints the table of its stages:
 *
 *     npx tsx scripts/make-cnn-figures.ts
 */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { writeFileAtomically } from '../src/base/files.ts';
import { openEngine } from '../src/compute/engine.ts';
import { decodePicture } from '../src/vision/decode.ts';
import { loadCnn } from '../src/vision/load-cnn.ts';
import type { LearnedStages } from '../src/vision/network.ts';
import { allConvolutions, planEfficientNet } from '../src/vision/networks/efficientnet-lite.ts';

const FOLDER = 'docs/pictures';
/** Channels of each layer that are shown, and the pixels of each on the page. */
const [SHOWN, TILE, GAP, LABEL] = [6, 104, 6, 165];

const engine = await openEngine('wasm');
const cnn = await loadCnn('efficientnet-lite2', 'engine', engine);
const { size } = cnn.preprocessing;
const plan = planEfficientNet(cnn.name);
const photos = await Promise.all(['cat', 'coffee'].map(readPhoto));

await writeFileAtomically(`${FOLDER}/cnn-maps.svg`, await drawMaps(photos[0]!.pixels));
await writeFileAtomically(`${FOLDER}/cnn-activation.svg`, await drawActivations());
console.log(tableOfStages());
engine.close();

async function readPhoto(name: string) {
  const bytes = await readFile(`${FOLDER}/${name}.jpg`);
  return { bytes, pixels: await decodePicture(bytes, cnn.preprocessing, name) };
}

/** A row of channels for each of some layers: those that vary most over the photo, from black to white. */
async function drawMaps(pixels: Uint8Array): Promise<string> {
  const network = await cnn.openToLearn!(engine);
  const after = (stages: LearnedStages) => {
    const { values, height, width } = network.part(stages).frozen(pixels);
    return { values: values.data.slice(), height, width };
  };
  const rows = [
    ['stem', after(7)],
    ['stage 2', after(5)],
    ['stage 3', after(4)],
    ['stage 5', after(2)],
    ['head', await cnn.maps([pixels])],
  ] as const;
  const parts: string[] = [];
  for (const [row, [title, { values, height, width }]] of rows.entries()) {
    const pixelCount = height * width;
    const C = values.length / pixelCount;
    const top = row * (TILE + GAP);
    parts.push(text(0, top + TILE / 2 - 4, title), text(0, top + TILE / 2 + 12, `${height} × ${width}, ${C} channels`));
    const channels = Array.from({ length: C }, (_, c) => values.filter((_, i) => i % C === c));
    const shown = channels.toSorted((a, b) => variance(b) - variance(a)).slice(0, SHOWN);
    for (const [i, channel] of shown.entries()) {
      const [least, most] = [Math.min(...channel), Math.max(...channel)];
      const grey = Uint8Array.from(channel, (value) => (255 * (value - least)) / (most - least));
      const png = await sharp(grey, { raw: { width, height, channels: 1 } })
        .png({ palette: true, colours: 16 })
        .toBuffer();
      parts.push(image(LABEL + i * (TILE + GAP), top, TILE, TILE, `data:image/png;base64,${png.toString('base64')}`));
    }
  }
  const extent = [LABEL + SHOWN * (TILE + GAP) - GAP, rows.length * (TILE + GAP) - GAP] as const;
  return svg('What channels of the CNN see in a photo of a cat', extent, parts, 'pixelated');
}

/** Each photo with the class that is likeliest, and light where the last maps speak for it. */
async function drawActivations(): Promise<string> {
  const classifier = await cnn.openClassifier!();
  const parts: string[] = [];
  let left = 0;
  const height = 240;
  for (const { bytes, pixels } of photos) {
    const maps = await cnn.maps([pixels]);
    const [tag] = classifier.tags(await cnn.features([pixels]));
    const values = classifier.activation(maps, tag!.index);
    const most = Math.max(...values);
    const small = sharp(bytes).resize({ height: Math.round(1.25 * height) });
    const { data, info } = await small.jpeg({ quality: 70, mozjpeg: true }).toBuffer({ resolveWithObject: true });
    const width = Math.round((height * info.width) / info.height);
    parts.push(image(left, 0, width, height, `data:image/jpeg;base64,${data.toString('base64')}`));
    const [cellWidth, cellHeight] = [width / maps.width, height / maps.height];
    for (const [i, value] of values.entries()) {
      const [x, y] = [left + (i % maps.width) * cellWidth, Math.floor(i / maps.width) * cellHeight];
      const opacity = 0.75 * (1 - Math.max(0, value) / most);
      const place = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${cellWidth.toFixed(1)}" height="${cellHeight.toFixed(1)}"`;
      parts.push(`<rect ${place} fill-opacity="${opacity.toFixed(2)}"/>`);
    }
    parts.push(text(left, height + 16, `${tag!.name} ${tag!.probability.toFixed(2)}`));
    left += width + 2 * GAP;
  }
  return svg('Where the CNN sees a cat and an espresso', [left - 2 * GAP, height + 20], parts);
}

/** Of each stage: size, kernel, channels, blocks, millions of multiply-adds and thousands of parameters. */
function tableOfStages(): string {
  const starts = [...plan.stages, plan.blocks.length];
  const rows = [row('stem', 1, (name) => name === 'stem', Math.ceil(size / 2), '3 × 3', plan.stem.shape[3])];
  for (const [stage, from] of plan.stages.entries()) {
    const blocks = plan.blocks.slice(from, starts[stage + 1]);
    const names = blocks.map(({ name }) => `${name}.`);
    const stride = plan.blocks.slice(0, starts[stage + 1]).reduce((product, block) => product * block.stride, 2);
    const [{ kernel, output }] = blocks as [(typeof blocks)[number]];
    const isIn = (name: string) => names.some((start) => name.startsWith(start));
    rows.push(row(`${stage + 1}`, blocks.length, isIn, Math.ceil(size / stride), `${kernel} × ${kernel}`, output));
  }
  rows.push(row('head', 1, (name) => name === 'head', Math.ceil(size / 32), '1 × 1', plan.featureSize));
  return [
    '| stage | maps | windows | blocks | multiply-adds | parameters |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');

  function row(title: string, blocks: number, isIn: (name: string) => boolean, S: number, kernel: string, C: number) {
    let [work, parameters] = [0, 0];
    let side = size;
    for (const { name, shape, stride, depthwise } of allConvolutions(plan)) {
      side = Math.ceil(side / stride);
      if (!isIn(name)) continue;
      const filter = shape.reduce((product, extent) => product * extent);
      work += filter * side ** 2;
      parameters += filter + (depthwise ? shape[2] : shape[3]);
    }
    return `| ${title} | ${S} × ${S} × ${C} | ${kernel} | ${blocks} | ${(work / 1e6).toFixed(0)} M | ${Math.round(parameters / 1000)} k |`;
  }
}

function variance(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

function image(x: number, y: number, width: number, height: number, source: string): string {
  return `<image x="${x}" y="${y}" width="${width}" height="${height}" preserveAspectRatio="none" href="${source}"/>`;
}

function text(x: number, y: number, words: string): string {
  return `<text x="${x}" y="${y}">${words}</text>`;
}

function svg(
  title: string,
  [width, height]: readonly [number, number],
  parts: readonly string[],
  rendering = 'auto',
): string {
  const look = `style="font: 13px sans-serif" image-rendering="${rendering}" shape-rendering="crispEdges"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${look}>
<title>${title}</title>
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}
