/** The choice of what CNNs run on, over the table in `backends/`. Knows no backend by its name. */
import { InputError, reasonOf } from '../base/errors.ts';
import type { Engine } from '../compute/engine.ts';
import { BACKENDS } from './backends/backends.ts';
import type { Backend, CnnDescription, Network } from './network.ts';

/**
 * What a CNN runs on: ONNX Runtime, this package's own engine, or TensorFlow.js on libtensorflow or on WebAssembly. `auto`
 * takes the first of them that can be loaded and runs the network. Features agree to 1e-4, and cached ones serve all.
 */
export type CnnBackend = 'auto' | (typeof BACKENDS)[number]['name'];
export const CNN_BACKENDS: readonly CnnBackend[] = ['auto', ...BACKENDS.map(({ name }) => name)];

/**
 * The backends that a CNN may run on by a user's choice, in the order in which they are tried.
 *
 * @throws InputError when it can't run on the one chosen, whether that is installed or not
 */
export function backendsFor(cnn: CnnDescription, choice: CnnBackend): readonly Backend[] {
  const able = BACKENDS.filter((backend) => backend.runs(cnn));
  const chosen = able.filter(({ name }) => choice === 'auto' || choice === name);
  if (chosen.length > 0) return chosen;
  const expected = ['auto', ...able.map(({ name }) => name)].join(', ');
  throw new InputError(`the CNN ${cnn.name} does not run on ${choice}`, { expected: `one of ${expected}` });
}

/**
 * Opens a CNN on the first of some backends that can be loaded. Of the last one it is not asked whether it can: nothing
 * would be left to try.
 *
 * @param engine for a backend that computes on one
 * @throws InputError when the last one, or the weights, can't be loaded
 */
export async function openOnFirst(
  backends: readonly Backend[],
  cnn: CnnDescription,
  engine?: Engine,
): Promise<Network> {
  for (const backend of backends.slice(0, -1)) {
    const { failure } = await tryBackend(backend);
    if (failure === undefined) return backend.open(cnn, engine);
  }
  return backends.at(-1)!.open(cnn, engine);
}

interface TriedBackend {
  name: string;
  /** The package behind it, with its version. */
  description?: string;
  /** Why it is not used. */
  failure?: string;
}

/** The backends that `auto` tries, up to the one that it takes. */
export async function tryCnnBackends(): Promise<TriedBackend[]> {
  const tried: TriedBackend[] = [];
  for (const backend of BACKENDS) {
    tried.push(await tryBackend(backend));
    if (tried.at(-1)!.description !== undefined) break;
  }
  return tried;
}

async function tryBackend(backend: Backend): Promise<TriedBackend> {
  const { name } = backend;
  try {
    return { name, description: await backend.load() };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { name, failure: reasonOf(error) };
  }
}
