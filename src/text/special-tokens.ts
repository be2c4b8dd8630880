/** Tokens that are no words of a text: where a sequence begins and ends, and what stands for all that is not known. */

/** Before the first word of a sequence that is written. */
export const START = '<start>';

/** After its last word; a language model of sequences reads it before the first, too, as if another had ended. */
export const END = '<end>';

/** Stands for every token that a vocabulary does not have; it is read, and never written. */
export const UNKNOWN = '<unk>';
