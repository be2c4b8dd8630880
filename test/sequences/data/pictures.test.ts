import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SequenceConfig } from '../../../src/sequences/config.ts';
import { loadCnnOfLabeller, readPictureClasses, seePictures } from '../../../src/sequences/data/pictures.ts';
import { readSequences } from '../../../src/sequences/data/read.ts';
import { SequenceLabeller } from '../../../src/sequences/labeller.ts';
import { trainSequences } from '../../../src/sequences/train.ts';
import { fakeCnn, smallDataset } from '../../captioning/small-captioning.ts';
import { expectInputError } from '../../input-error.ts';
import { wasm } from '../../nn/engines.ts';
import { temporaryFolder } from '../../training/small-training.ts';
import { fastSettings, smallShape } from '../small-sequences.ts';

const root = await temporaryFolder();
process.env['CAPTION_LM_CACHE'] = join(root, 'cache');
afterAll(() => rm(root, { recursive: true }));
const path = (...names: string[]) => join(root, ...names);
const cnn = { name: 'fake', cnn: fakeCnn };
const openCnn = async () => cnn;

/** Pictures by their skies, of which one can't be read. */
beforeAll(async () => {
  for (const sky of ['red', 'green', 'blue', 'white']) await mkdir(path('skies', sky), { recursive: true });
  await mkdir(path('pictures'));
  const { splits } = await smallDataset(path('pictures'));
  for (const { id, file } of [...splits.values()].flat()) await rename(file, path('skies', id.split('-')[0]!, id));
  await writeFile(path('skies', 'red', 'torn.png'), 'torn');
});

describe('classes of pictures', () => {
  it('are read by the folders that they are in, with what the CNN says of each', async () => {
    const skipped: string[] = [];
    const onExtraction = { onSkip: (message: string) => skipped.push(message) };
    const data = await readSequences([path('skies')], { task: 'classify', openCnn, onExtraction });
    expect(data).toMatchObject({ name: 'skies', D: fakeCnn.featureSize, cnn: { name: 'fake', key: 'fake-1' } });
    const labels = data.examples.map(({ labels }) => labels.join());
    expect(labels).toEqual(['blue', 'green', 'red', 'white'].flatMap((sky) => [sky, sky, sky, sky]));
    // The mean red, green and blue of the sky come first.
    const ofRed = data.examples.filter((_, i) => labels[i] === 'red').map(({ inputs }) => inputs.slice(0, 3));
    for (const [red, green, blue] of ofRed as Float32Array[]) expect(red).toBeGreaterThan(2 * (green! + blue!));
    expect(skipped).toEqual([expect.stringMatching(/torn\.png is not a picture/)]);
  });

  it.skipIf(process.platform === 'win32')('are read through links to folders elsewhere, each once', async () => {
    await mkdir(path('linked'));
    const links = { a: '../skies/red', again: 'a', out: '..', self: '.', torn: 'nowhere' };
    for (const [name, to] of Object.entries(links)) await symlink(to, path('linked', name));
    const odd: string[] = [];
    const onOdd = (message: string) => odd.push(message);
    const data = await readSequences([path('linked')], { task: 'classify', openCnn, onOdd });
    expect(data.examples.map(({ labels }) => labels.join())).toEqual(['a', 'a', 'a', 'a']);
    const read = (name: string) => `${path('linked', name)}: left out, a link to folders that are read already`;
    expect(odd).toEqual(['again', 'out', 'self'].map(read));
  });

  it('are learned by a program, with a CNN of its own, and told apart', async () => {
    const data = await readSequences([path('skies')], { task: 'classify', openCnn });
    const folder = path('model');
    const settings = { ...fastSettings, epochs: 20, valFraction: 0 };
    await trainSequences({ engine: wasm, folder, data, settings, start: smallShape });
    const labeller = await SequenceLabeller.load(folder, wasm);
    expect(labeller.config).toMatchObject({ cnn: { name: 'fake', key: 'fake-1' }, shape: { reads: { vectors: 8 } } });
    const { vectors, names } = await seePictures([path('skies', 'red', 'red-blue.png')], fakeCnn);
    expect(names).toEqual([path('skies', 'red', 'red-blue.png')]);
    expect(labeller.predict(vectors)[0]![0]).toMatchObject({ label: 'red' });
  });

  it('can be stopped while the CNN looks at them', async () => {
    const onExtraction = { signal: AbortSignal.abort(new Error('enough')) };
    const reading = readSequences([path('skies')], { task: 'classify', openCnn, onExtraction });
    await expect(reading).rejects.toThrow('enough');
  });

  it('must have pictures each', async () => {
    await mkdir(path('empty', 'none'), { recursive: true });
    await expectInputError(readPictureClasses([path('empty', 'none')], fakeCnn), /^no pictures in .*none: expected/);
  });
});

describe('loadCnnOfLabeller', () => {
  it('refuses a CNN that would say other things, and a model that reads no pictures', async () => {
    const trained = { cnn: { key: 'fake-1' } } as SequenceConfig;
    await expectInputError(
      loadCnnOfLabeller(trained, 'wasm'),
      /the model was trained with another CNN: .* expected fake-1/,
    );
    await expectInputError(loadCnnOfLabeller({} as SequenceConfig, 'wasm'), /the model does not read pictures/);
  });
});
