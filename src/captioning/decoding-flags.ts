/**
 * How captions are to be written, as a command or a request says it, and the decoding or sampling that it stands for.
 * Knows no command line and no server.
 */
import { UsageError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { SamplingOptions } from '../decoding/sampling.ts';
import type { CaptionRules, CaptionSampling, DecodingOptions } from './caption.ts';

export interface DecodingFlags {
  beam: number;
  lengthPenalty: number;
  minLength: number;
  maxLength: number;
  block: number;
  consensus?: number | undefined;
  surest?: boolean | undefined;
  language?: string | undefined;
}

export interface CaptionSamplingFlags extends SamplingOptions {
  sample?: boolean | undefined;
  seed?: number | undefined;
}

/** What is wanted of each picture. */
export interface DescriptionFlags extends DecodingFlags, CaptionSamplingFlags {
  /** How many captions. */
  top: number;
  /** What a word loses, in nats, if other captions have it in the same place; 0 for the likeliest ones. */
  diversity: number;
}

/** Below 1, since captions are learned with label smoothing, which gives unlikely words too much probability. */
export const CAPTION_TEMPERATURE = 0.5;

/** How the `top` captions of a picture are written. @throws UsageError when flags contradict each other */
export function describingBy(flags: DescriptionFlags): DecodingOptions | CaptionSampling {
  const { sample, top, diversity } = flags;
  if (sample) return samplingFrom(flags, top);
  const decoding = decodingFrom(flags);
  if (diversity === 0) return { ...decoding, beam: Math.max(decoding.beam, top) };
  if (top === 1) {
    throw new UsageError('diversity is for several captions', {
      found: 'top 1',
      expected: 'top 2 or more',
      settings: ['diversity', 'top'],
    });
  }
  if (decoding.consensus) {
    throw new UsageError('consensus does not apply to diversity, which draws no captions', {
      advice: 'Leave consensus out.',
      settings: ['consensus', 'diversity'],
    });
  }
  return { ...decoding, groups: top, diversity };
}

/** The options of beam search. What a consensus has chosen is not chosen anew by its confidence. */
export function decodingFrom({
  beam,
  lengthPenalty,
  consensus,
  surest = true,
  ...flags
}: DecodingFlags): DecodingOptions {
  return {
    beam,
    lengthPenalty,
    ...(consensus !== undefined && { consensus }),
    ...(surest && !consensus && { surest }),
    ...rulesFrom(flags),
  };
}

/** The options of sampling; without a seed the random numbers are others each time. */
export function samplingFrom(flags: DecodingFlags & CaptionSamplingFlags, samples: number): CaptionSampling {
  const { temperature, topK, topP, minP, seed = Date.now() } = flags;
  return { temperature, topK, topP, minP, ...rulesFrom(flags), samples, random: new Random(seed) };
}

function rulesFrom({ minLength, maxLength, block, language }: Pick<DecodingFlags, keyof CaptionRules>): CaptionRules {
  return { minLength, maxLength, block, ...(language !== undefined && { language }) };
}
