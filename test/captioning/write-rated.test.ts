import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { decodingDefaults } from '../../src/captioning/caption.ts';
import { Captioner } from '../../src/captioning/captioner.ts';
import { trainCaptioner } from '../../src/captioning/train.ts';
import { ROWS } from '../../src/captioning/write.ts';
import { calibrate } from './confidence/calibrated.ts';
import { COLOURS, engineAndFolder, fakeCnn, featuresFor, smallTraining } from './small-captioning.ts';

const { engine, root } = await engineAndFolder();
let captioner: Captioner;
beforeAll(async () => {
  await trainCaptioner(await smallTraining(engine, root, 'trained', { epochs: 20, evaluateEvery: 1000 }));
  captioner = calibrate(await Captioner.load(join(root, 'trained'), engine));
});

it('writes of more pictures than are known at a time what it writes of each in its place', () => {
  const random = new Random(1);
  const pictures = featuresFor(
    Array.from({ length: ROWS + 8 }, () => [COLOURS[random.integer(4)]!, COLOURS[random.integer(4)]!] as const),
  );
  const D = fakeCnn.featureSize;
  const decoding = { ...decodingDefaults, beam: 3 };
  const all = captioner.describe(pictures, decoding);
  expect(all).toHaveLength(ROWS + 8);
  for (const n of [0, ROWS - 1, ROWS, ROWS + 7]) {
    const [alone] = captioner.describe(pictures.slice(n * D, (n + 1) * D), decoding);
    expect(all[n]!.map(({ caption }) => caption)).toEqual(alone!.map(({ caption }) => caption));
    expect(all[n]![0]!.confidence).toBeCloseTo(alone![0]!.confidence!, 5);
  }
});
