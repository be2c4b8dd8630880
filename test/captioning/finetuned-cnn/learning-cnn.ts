/** A CNN of two convolutions that can learn, for the small pictures of `small-captioning.ts`. */
import { Random } from '../../../src/base/random.ts';
import type { Engine } from '../../../src/compute/engine.ts';
import { Workspace } from '../../../src/compute/workspace.ts';
import { Convolution } from '../../../src/nn/convolution.ts';
import { LearnedLayers } from '../../../src/nn/learned-layers.ts';
import type { Cnn } from '../../../src/vision/cnn.ts';
import type { LearnableNetwork } from '../../../src/vision/network.ts';
import { fakeCnn } from '../small-captioning.ts';

const { size: SIZE } = fakeCnn.preprocessing;
const CHANNELS = 6;

/** With the features of the network as it begins; what it has learned is lost when the model's folder is read. */
export function learningCnn(engine: Engine): Cnn {
  const name = 'learning';
  const { frozen, learned } = network(engine).part('all');
  return {
    ...fakeCnn,
    name,
    key: 'learning-1',
    openToLearn: async (on) => network(on),
    features: async (pictures) =>
      Float32Array.from(pictures.flatMap((picture) => Array.from(learned.forward(frozen(picture)).data))),
    async maps(pictures) {
      const maps = pictures.map((picture) => {
        learned.forward(frozen(picture));
        const { height, width, values } = learned.last;
        return { height, width, values: values.data.slice() };
      });
      return { ...maps[0]!, values: Float32Array.from(maps.flatMap(({ values }) => [...values])) };
    },
  };
}

function network(engine: Engine): LearnableNetwork {
  const { arena } = engine;
  const stem = { name: 'stem', kernel: 3, stride: 2, inputs: 3, outputs: CHANNELS, relu6: true };
  const head = { name: 'head', kernel: 1, stride: 1, inputs: CHANNELS, outputs: fakeCnn.featureSize, relu6: true };
  const layers = [stem, head].map((shape) => new Convolution(engine, shape));
  const parameters = layers.flatMap((layer) => layer.parameters);
  const random = new Random(1);
  for (const parameter of parameters) {
    parameter.edit((values) => values.set(values.map(() => random.uniform() - 0.3)));
  }
  const workspace = new Workspace(arena);
  return {
    parameters,
    part(stages) {
      const first = stages === 'all' ? 0 : 1;
      return {
        frozen(picture) {
          let maps = { height: SIZE, width: SIZE, values: arena.matrix(SIZE * SIZE, 3) };
          maps.values.data.set(Float32Array.from(picture, (byte) => byte / 64));
          for (const layer of layers.slice(0, first)) {
            const { height, width } = layer.sizeOf(maps);
            const values = arena.matrix(height * width, CHANNELS);
            layer.forward(values, maps, workspace);
            maps = { height, width, values };
          }
          return maps;
        },
        learned: new LearnedLayers(engine, layers.slice(first)),
      };
    },
    async files() {
      const weights = Float32Array.from(parameters.flatMap(({ value }) => Array.from(value.data)));
      return { key: 'learning-1', config: '{}', weights: new Uint8Array(weights.buffer) };
    },
  };
}
