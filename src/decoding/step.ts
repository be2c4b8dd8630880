/**
 * What decoders know of a model. A function that moves several sequences on by one token each and says what may come
 * next; nothing else of the model is seen, so decoders are tested with plain tables.
 *
 * @param tokens the next token of each of N sequences
 * @param parents for each, which sequence of the call before it continues; in the first call its own number
 * @returns log-probabilities [N, V], valid until the next call; a decoder may change them
 */
export type StepFunction = (tokens: readonly number[], parents: readonly number[]) => Float32Array;
