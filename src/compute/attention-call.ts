/**
 * Calls of the attention kernels (`kernels/attention.ts`) by the names of their arguments, of which they have 14 and
 * 20. One table has the names in the kernels' order: a call is made from it, and `shared-kernels.ts` parts a call among
 * threads by it. It does not know what the kernels compute.
 */
import type { Kernels } from './kernels.ts';

/** N sequences, A values of a key, D of a value, S places of the longest source, floats between two contexts. */
export const ATTENTION_SIZES = ['N', 'A', 'D', 'S', 'stride'] as const;

type AttentionSize = (typeof ATTENTION_SIZES)[number];

/** Floats from one sequence's row to the next: a size or 1; 0 where all sequences have the same. */
export type AttentionStep = Exclude<AttentionSize, 'N'> | 0 | 1;

/** The addresses, which come before the sizes. */
export const ATTENTION_ADDRESSES = {
  attendForward: {
    query: 'A',
    context: 'stride',
    weights: 'S',
    sources: 1,
    gates: 1,
    keys: 0,
    values: 0,
    begins: 0,
    score: 0,
  },
  attendBackward: {
    query: 'A',
    dContext: 'stride',
    weights: 'S',
    sources: 1,
    gates: 1,
    dWeights: 'S',
    dQuery: 'A',
    dScore: 'A',
    dGates: 1,
    keys: 0,
    values: 0,
    begins: 0,
    score: 0,
    dKeys: 0,
    dValues: 0,
  },
} as const satisfies Record<string, Record<string, AttentionStep>>;

type AttentionKernel = keyof typeof ATTENTION_ADDRESSES;
type Call<Name extends AttentionKernel> = Record<keyof (typeof ATTENTION_ADDRESSES)[Name] | AttentionSize, number>;

const ORDER = {
  attendForward: [...namesOf(ATTENTION_ADDRESSES.attendForward), ...ATTENTION_SIZES],
  attendBackward: [...namesOf(ATTENTION_ADDRESSES.attendBackward), ...ATTENTION_SIZES],
};

export function attendForward(kernels: Kernels, call: Call<'attendForward'>): void {
  kernels.attendForward(...ORDER.attendForward.map((name) => call[name]));
}

export function attendBackward(kernels: Kernels, call: Call<'attendBackward'>): void {
  kernels.attendBackward(...ORDER.attendBackward.map((name) => call[name]));
}

function namesOf<Table extends object>(table: Table): (keyof Table)[] {
  return Object.keys(table) as (keyof Table)[];
}
