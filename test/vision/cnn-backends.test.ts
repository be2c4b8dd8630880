import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { backendsFor, CNN_BACKENDS, openOnFirst, tryCnnBackends } from '../../src/vision/cnn-backends.ts';
import type { Backend, CnnDescription, Network } from '../../src/vision/network.ts';

const cnn: CnnDescription = {
  choice: 'fake',
  name: 'fake',
  key: 'fake-1',
  preprocessing: { size: 4, fit: 'squash' },
  featureSize: 2,
  normalisation: { mean: 0, scale: 1 },
  openOnTfjs: () => Promise.reject(new Error('not opened here')),
};

/** A backend that says what is done with it; `failure` is what it throws when it is loaded. */
function fakeBackend(name: string, log: string[], failure?: Error): Backend {
  return {
    name,
    runs: () => true,
    async load() {
      log.push(`load ${name}`);
      if (failure) throw failure;
      return name;
    },
    async open() {
      log.push(`open ${name}`);
      if (failure) throw failure;
      return { features: async () => new Float32Array(), dispose() {} } satisfies Network;
    },
  };
}

describe('openOnFirst', () => {
  test('takes the first backend that can be loaded', async () => {
    const log: string[] = [];
    const missing = fakeBackend('a', log, new InputError('not installed'));
    await openOnFirst([missing, fakeBackend('b', log), fakeBackend('c', log)], cnn);
    expect(log).toEqual(['load a', 'load b', 'open b']);
  });

  test('opens the last one at once, and passes on what is wrong with it', async () => {
    const log: string[] = [];
    const missing = ['a', 'b'].map((name) => fakeBackend(name, log, new InputError(`no ${name}`)));
    await expect(openOnFirst(missing, cnn)).rejects.toThrow('no b');
    expect(log).toEqual(['load a', 'open b']);
  });

  test('does not take a defect for a backend that is missing', async () => {
    const log: string[] = [];
    const broken = fakeBackend('a', log, new TypeError('a defect'));
    await expect(openOnFirst([broken, fakeBackend('b', log)], cnn)).rejects.toThrow('a defect');
  });
});

test('backendsFor keeps to the order of the choices, and to what has the network', () => {
  const names = (choice: (typeof CNN_BACKENDS)[number], description = cnn) =>
    backendsFor(description, choice).map(({ name }) => name);
  const inAllForms = {
    ...cnn,
    onnxModel: async () => new Uint8Array(),
    openOnEngine: () => Promise.reject(new Error('not opened here')),
  };
  expect(['auto', ...names('auto', inAllForms)]).toEqual(CNN_BACKENDS);
  expect(names('auto')).toEqual(['tensorflow', 'wasm']);
  expect(names('wasm')).toEqual(['wasm']);
  expect(() => names('onnxruntime')).toThrow(InputError);
});

test('tryCnnBackends ends with the backend that auto takes', async () => {
  const tried = await tryCnnBackends();
  expect(tried.map(({ name }) => name)).toEqual(CNN_BACKENDS.slice(1, 1 + tried.length));
  for (const { failure } of tried.slice(0, -1)) expect(failure).toMatch(/cannot be loaded: found/);
  expect(tried.at(-1)!.description).toMatch(/^(ONNX Runtime \d+\.\d+\.\d+|this package's own engine)/);
});
