import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { randomTranslator } from '../exchange/random-products.ts';
import { randomTextModel } from '../language/random-text-model.ts';
import { wasm } from '../nn/engines.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { refusedBy, runProgram } from './run-program.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const path = (name: string) => join(root, name);

it('lm export writes a model for other programs, and lm import reads it back', async () => {
  await randomTextModel(wasm, ['\n', 'a', 'b'], { embedding: 3 }).save(path('model'));
  const [onnx, pytorch] = [path('onnx'), path('pytorch')];
  const exported = await runProgram('lm', ['export', '--model', path('model'), '--onnx', onnx, '--pytorch', pytorch]);
  expect(exported).toEqual({ code: 0, stdout: '', stderr: `written: ${onnx}\nwritten: ${pytorch}\n` });
  expect((await readdir(onnx)).sort()).toEqual(['README.md', 'model.json', 'step.onnx']);
  expect((await readdir(pytorch)).sort()).toEqual(['README.md', 'model.json', 'model.safetensors']);

  const files = [join(pytorch, 'model.safetensors'), '--vocabulary', join(pytorch, 'model.json')];
  const imported = await runProgram('lm', ['import', ...files, '--out', path('imported')]);
  expect(imported).toEqual({ code: 0, stdout: '', stderr: `written: ${path('imported')}\n` });
  const sampled = ['sample', '--seed', '1', '--length', '50', '--quiet', '--blas', 'wasm', '--model'];
  const [before, after] = [
    await runProgram('lm', [...sampled, path('model')]),
    await runProgram('lm', [...sampled, path('imported')]),
  ];
  expect(after).toEqual(before);
  expect(await runProgram('lm', ['import', ...files, '--out', path('imported')])).toEqual(
    refusedBy('lm')(1, /.*imported holds a model already/),
  );
});

it('seq export says in a line what has no form there, and that it is to be told a form', async () => {
  await randomTranslator(wasm, true).save(path('translator'));
  const seq = (...args: string[]) => runProgram('seq', ['export', '--model', path('translator'), ...args]);
  const refused = refusedBy('seq');
  expect(await seq('--pytorch', path('none'))).toEqual(refused(1, /a model that attends to places has no form/));
  expect(await seq()).toEqual(refused(2, /nothing is said of the form to export: expected --onnx FOLDER/));
  expect(await seq('--onnx', root, '--pytorch', root)).toEqual(refused(2, /--onnx and --pytorch name one folder/));
  await writeFile(path('words.json'), '["a"]');
  expect(
    await runProgram('lm', ['import', path('none'), '--vocabulary', path('words.json'), '--out', path('x')]),
  ).toEqual(refusedBy('lm')(1, /cannot read the tensors in .*none/));
});
