/** A captioner of a few random weights that attends to the maps of the CNN that ships, as `caption train --attention` would have made it. */
import { Captioner } from '../../src/captioning/captioner.ts';
import { captionDefaults } from '../../src/captioning/config.ts';
import type { Engine } from '../../src/compute/engine.ts';
import { loadCnn } from '../../src/vision/load-cnn.ts';
import { randomModel } from '../model/batches.ts';
import { vocabularyOf } from './small-captioning.ts';

export async function randomAttendingCaptioner(engine: Engine, grid: number): Promise<Captioner> {
  const { key, preprocessing, featureSize: D } = await loadCnn('efficientnet-lite2', 'engine', engine);
  const vocabulary = vocabularyOf(['a red boat near the sea']);
  const sizes = { layers: 1, hidden: 12, embedding: 7, vocabulary: vocabulary.size, condition: D, memory: D };
  const model = randomModel(engine, sizes);
  const standardisation = { mean: new Float32Array(D), scale: new Float32Array(D).fill(1) };
  const config = {
    format: 1 as const,
    kind: 'caption' as const,
    shape: model.shape,
    pictures: { cnn: 'efficientnet-lite2', key, grid, preprocessing },
    settings: captionDefaults,
    dataset: { name: 'boats', pictures: 1, captions: 1, hash: '0' },
    scores: {},
  };
  return new Captioner(config, vocabulary, model, standardisation, standardisation);
}
