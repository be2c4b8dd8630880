import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captionConfigSchema } from '../../src/captioning/config.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { languageConfigSchema } from '../../src/language/config.ts';
import { holdsModel, loadModel, modelConfigSchema, saveModel } from '../../src/model/model-folder.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { randomModel, small } from './batches.ts';

const engine = await openEngine('wasm');
const root = await temporaryFolder();
afterAll(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

const config = { format: 1 as const, shape: small, scores: { loss: 1.5, split: 'val' } };
const vocabulary = new Vocabulary(['<unk>', 'a', 'é', '👩‍🚀', '\n', '"', '\\']);
const model = randomModel(engine);
const whole = join(root, 'whole');
await saveModel(whole, { config, vocabulary, model });

const weightsOf = ({ parameters }: typeof model) =>
  parameters.map(({ name, value }) => [name, [...value.data]] as const);

describe('a model folder', () => {
  it('gives back what was saved', async () => {
    const loaded = await loadModel(whole, engine, modelConfigSchema);
    expect(loaded.config).toEqual(config);
    expect(loaded.vocabulary.tokens).toEqual(vocabulary.tokens);
    expect(weightsOf(loaded.model)).toEqual(weightsOf(model));
    expect([...loaded.extra]).toEqual([]);
  });

  it('gives back tensors beside the parameters, in full precision also where the parameters have half', async () => {
    const folder = join(root, 'half');
    const scale = { name: 'scale', shape: [1, 2], data: Float32Array.of(1 / 3, 1e-9) };
    await saveModel(folder, { config, vocabulary, model }, { extra: [scale], half: true });
    const loaded = await loadModel(folder, engine, modelConfigSchema);
    expect([...loaded.extra]).toEqual([['scale', { shape: scale.shape, data: scale.data }]]);
    for (const [i, [name, weights]] of weightsOf(loaded.model).entries()) {
      const [expectedName, expected] = weightsOf(model)[i]!;
      expect(name).toBe(expectedName);
      for (const [j, weight] of weights.entries()) {
        expect(Math.abs(weight - expected[j]!)).toBeLessThanOrEqual(Math.abs(expected[j]!) * 2 ** -11 + 2 ** -25);
      }
    }
  });

  it('replaces a model that was there', async () => {
    const folder = await copyOfWhole();
    const other = randomModel(engine, {}, 9);
    await saveModel(folder, { config: { ...config, scores: {} }, vocabulary, model: other });
    const loaded = await loadModel(folder, engine, modelConfigSchema);
    expect(loaded.config.scores).toEqual({});
    expect(weightsOf(loaded.model)).toEqual(weightsOf(other));
  });

  it('is told from one without a model', async () => {
    expect(await Promise.all([whole, root, join(root, 'none')].map(holdsModel))).toEqual([true, false, false]);
  });
});

describe('loading a model names the file and what is wrong when', () => {
  it('there is no folder', async () => {
    await expectInputError(
      loadModel(join(root, 'none'), engine, modelConfigSchema),
      /^no model at .*none: found nothing there, expected a folder with config\.json, vocabulary\.json and weights/,
    );
    await expectInputError(
      loadModel(join(whole, 'config.json'), engine, modelConfigSchema),
      /found a file, expected a folder/,
    );
  });

  for (const file of ['config.json', 'vocabulary.json', 'weights.safetensors']) {
    const name = file.replace('.', '\\.');

    it(`${file} is missing`, async () => {
      const folder = await copyOfWhole();
      await rm(join(folder, file));
      await expectRefusal(folder, new RegExp(`^cannot read .*${name}: found no such file or folder \\(ENOENT\\)$`));
    });

    it(`${file} is cut off anywhere`, async () => {
      const folder = await copyOfWhole();
      const content = await readFile(join(folder, file));
      for (const share of [0, 0.1, 0.5, 0.9]) {
        await writeFile(join(folder, file), content.subarray(0, content.length * share));
        await expectRefusal(folder, new RegExp(name));
      }
    });

    it(`${file} is something else`, async () => {
      const folder = await copyOfWhole();
      await writeFile(join(folder, file), 'PK\u0003\u0004 not at all what belongs here');
      await expectRefusal(folder, new RegExp(name));
      await rm(join(folder, file));
      await mkdir(join(folder, file));
      await expectRefusal(folder, new RegExp(`${name}: found a folder, not a file`));
    });
  }

  it('its format is of another version', async () => {
    await expectRefusal(await changed({ format: 2 }), /config\.json .*of another version of caption-lm/);
  });

  it('its config has a field that can not be', async () => {
    const shape = { ...small, hidden: 0 };
    await expectRefusal(await changed({ shape }), /config\.json .*at shape\.hidden: .*>=1/);
    const high = { ...small, layers: 2 ** 31 - 1 };
    await expectRefusal(await changed({ shape: high }), /config\.json .*at shape\.layers: .*<=1000/);
    await expectRefusal(await changed({ shape: undefined }), /config\.json .*at shape: /);
    await expectRefusal(await changed({ shape: { ...small, cell: 'qrnn' } }), /config\.json .*at shape\.cell: .*lstm/);
  });

  it('it is of another kind', async () => {
    const language = await changed({ kind: 'language' });
    await expectInputError(
      loadModel(language, engine, captionConfigSchema),
      /config\.json .*the model is not a captioner of `caption train`$/,
    );
    const caption = await changed({ kind: 'caption' });
    await expectInputError(
      loadModel(caption, engine, languageConfigSchema),
      /config\.json .*the model is not a language model of `lm train`$/,
    );
  });

  it('the vocabulary is of another size, or has a token twice', async () => {
    const folder = await copyOfWhole();
    await writeFile(join(folder, 'vocabulary.json'), '["a","b"]');
    await expectRefusal(
      folder,
      /vocabulary\.json does not belong to config\.json beside it: found 2 tokens, expected 7\. Copy/,
    );
    await writeFile(join(folder, 'vocabulary.json'), '["a","a"]');
    await expectRefusal(folder, /vocabulary\.json .*a token is there twice/);
  });

  it('the weights are those of another model', async () => {
    await expectRefusal(
      await changed({ shape: { ...small, hidden: 7 } }),
      /weights\.safetensors does not fit config\.json beside it: found layers\.0\.input of 5 × 24, expected .* 5 × 28 floats/,
    );
    await expectRefusal(
      await changed({ shape: { ...small, layers: 3 } }),
      /weights\.safetensors does not fit config\.json beside it: found no tensor layers\.2/,
    );
  });

  it('it needs more memory than there can be', async () => {
    await expectRefusal(await changed({ shape: { ...small, hidden: 1e6 } }), /need \d+\.\d GiB of memory/);
  });
});

describe('saving a model', () => {
  it('says where it can not be written', async () => {
    await writeFile(join(root, 'a-file'), '');
    await expectInputError(
      saveModel(join(root, 'a-file'), { config, vocabulary, model }),
      /^cannot write .*a-file.weights\.safetensors: found a file where its folder is to be/,
    );
  });
});

let copies = 0;
async function copyOfWhole(): Promise<string> {
  const folder = join(root, `copy${copies++}`);
  await cp(whole, folder, { recursive: true });
  return folder;
}

async function changed(fields: Record<string, unknown>): Promise<string> {
  const folder = await copyOfWhole();
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, ...fields }));
  return folder;
}

function expectRefusal(folder: string, message: RegExp): Promise<void> {
  return expectInputError(loadModel(folder, engine, modelConfigSchema), message);
}
