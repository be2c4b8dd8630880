/**
 * What `caption-lm/decoding` offers: sequences of tokens from any step function, by beam search or by drawing them. It
 * knows no model and no words. Browsers have the same as a part of `caption-lm/browser`.
 */

// Steps

export { meanOfSteps } from './decoding/ensemble.ts';
export type { Sequence, SequenceRules } from './decoding/sequence.ts';
export type { StepFunction } from './decoding/step.ts';

// Beam search

export { type BeamSearchOptions, beamSearch, type Hypothesis } from './decoding/beam-search.ts';

// Sampling

export { Random } from './base/random.ts';
export { type SequenceSamplingOptions, sampleSequences } from './decoding/sample-sequences.ts';
export { type SamplingOptions, sampleToken } from './decoding/sampling.ts';
