/** Pictures of two colours to calibrate on, some of which are not what their captions say. */
import { Random } from '../../../src/base/random.ts';
import { runAtOnce } from '../../../src/base/steps.ts';
import type { DecodingOptions } from '../../../src/captioning/caption.ts';
import type { Captioner } from '../../../src/captioning/captioner.ts';
import { calibrateCaptionerSteps } from '../../../src/captioning/confidence/calibrate.ts';
import type { HeldOutSet } from '../../../src/captioning/sets.ts';
import { standardise } from '../../../src/model/standardisation.ts';
import { COLOURS, captionOf, featuresFor } from '../small-captioning.ts';

/** N pictures with standardised features and three captions each; every third is described as another one. */
export function heldOut(captioner: Captioner, N: number, dataset = 'colours', seed = 1): HeldOutSet {
  const random = new Random(seed);
  const draw = () => [COLOURS[random.integer(4)]!, COLOURS[random.integer(4)]!] as const;
  const pictures = Array.from({ length: N }, draw);
  const features = featuresFor(pictures).map((x) => x + 0.02 * random.normal());
  standardise(features, captioner.standardisation);
  const captions = pictures.map((picture, i) => {
    const [sky, ground] = i % 3 === 0 ? draw() : picture;
    return [captionOf(sky, ground), `a ${sky} sky`, `${sky} sky over ${ground}`];
  });
  return { dataset, features, captions, names: pictures.map((_, i) => `${i}.png`) };
}

export function calibrate(captioner: Captioner, decoding?: DecodingOptions): Captioner {
  const training = heldOut(captioner, 80, 'training', 2);
  runAtOnce(calibrateCaptionerSteps(captioner, { training, validation: [heldOut(captioner, 60)] }, decoding));
  return captioner;
}
