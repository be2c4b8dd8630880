/**
 * The kernels on all threads of a team: each takes an equal part of the rows, or of the columns where rows are summed.
 * Every value is computed as on one thread, in the same order, so that results do not depend on the threads; only sums
 * of losses and of squares, in float64, become sums of the parts' sums. A kernel that is not parted goes through the
 * team as well, which may record it for later (`Team.together`). It does not know what the kernels compute.
 */
import { ATTENTION_ADDRESSES, ATTENTION_SIZES, type AttentionStep } from './attention-call.ts';
import type { Kernels, WindowArguments } from './kernels.ts';
import type { Team } from './team.ts';

/** How the work of a kernel is parted. */
interface Parting {
  /** Which argument counts what is parted. */
  counted: number;
  /** Parts begin at multiples of so many. */
  unit: number;
  /** Which argument says where the counted ones begin, for a kernel that has the whole and its part named to it. */
  begin?: number;
  /**
   * Floats by which each address, the first arguments, moves from one row, column or value to the next; from the
   * arguments after `counted`.
   */
  steps: (...sizes: number[]) => number[];
  /** What one of the counted takes, in nanoseconds on one thread; from all arguments. */
  nanoseconds: (values: readonly number[]) => number;
  /** The kernel that does a part, if not the same: one with the number of all columns as its last argument. */
  part?: keyof Kernels;
}

/** Work that is worth sharing, in nanoseconds on one thread; to share takes about two microseconds. */
const WORTH = 6000;

/** Single values are parted where a cache line ends: each is written by one thread. */
const LINE = 16;

/** How many there are of `WindowArguments`. */
const WINDOW_ARGUMENTS = 9;

const PARTINGS: { [Name in keyof Kernels]?: Parting } = {
  rnnForward: byValues(2, 1),
  rnnBackward: byValues(3, 0.3),
  lstmForward: byRows(5, 4.2, (H) => [4 * H, H, H, H, H]),
  lstmBackward: byRows(5, 1.3, (H) => [4 * H, H, H, H, H]),
  gruForward: byRows(4, 3, (H) => [3 * H, 3 * H, H, H]),
  gruBackward: byRows(5, 1.3, (H) => [3 * H, 3 * H, H, H, H]),
  gatherRowsPlus: byRows(4, 0.4, (cols) => [cols, 0, 0, 1]),
  softmaxCrossEntropy: byRows(3, 2.6, (V) => [V, 1, 1]),
  logSoftmax: byRows(1, 2, (V) => [V]),
  biasRelu6: byRows(2, 0.15, (cols) => [cols, 0]),
  addBias: byRows(2, 0.15, (cols) => [cols, 0]),
  addBiasAndResidual: byRows(3, 0.2, (cols) => [cols, cols, 0]),
  normaliseBytes: { ...byValues(2, 0.3), steps: () => [1, 0.25] },
  unfold: byLines(2, 0.2),
  depthwise: byLines(4, 0.1),
  relu6Backward: byValues(2, 0.2),
  fold: byLines(2, 0.2),
  depthwiseInputGradient: byLines(3, 0.1),
  depthwiseFilterGradient: byChannels(3, 0.1),
  attendForward: bySequences(ATTENTION_ADDRESSES.attendForward, 20),
  attendBackward: bySequences(ATTENTION_ADDRESSES.attendBackward, 40),
  addSumOfRows: byColumns(3, 0.1, 'addSumOfRowParts'),
  scatterAddRows: byColumns(4, 0.2, 'scatterAddRowParts'),
  sumOfSquares: byValues(1, 0.15),
  toBf16: { ...byValues(2, 0.15), steps: () => [0.5, 1] },
  sgd: byValues(2, 0.3),
  adagrad: byValues(3, 0.5),
  rmsprop: byValues(3, 0.5),
  adam: byValues(4, 0.5),
};

/** Kernels whose work is parted. */
export const PARTED = Object.keys(PARTINGS);

/** The kernels of an engine whose work a team shares. */
export function shareKernels(kernels: Kernels, team: Team): Kernels {
  if (team.threads === 1) return kernels;
  const shared = Object.keys(kernels).map((name) => {
    const parting = PARTINGS[name as keyof Kernels];
    return [name, parting ? share(team, name, parting) : alone(team, name)];
  });
  return Object.fromEntries(shared);
}

/** On one thread, as it is. */
function alone(team: Team, name: string) {
  const whole = team.shared(name);
  return (...values: number[]) => whole([values]);
}

function share(team: Team, name: string, { counted, unit, begin, steps, nanoseconds, part }: Parting) {
  const whole = alone(team, name);
  const shared = team.shared(part ?? name);
  return (...values: number[]) => {
    const count = values[counted]!;
    if (team.recording || count * nanoseconds(values) < WORTH || count < 2 * unit) return whole(...values);
    const floats = steps(...values.slice(counted + 1));
    const size = Math.ceil(count / team.threads / unit) * unit;
    const calls: number[][] = [];
    for (let from = 0; from < count; from += size) {
      const call = values.map((value, i) => value + from * 4 * (floats[i] ?? 0));
      call[counted] = Math.min(size, count - from);
      if (begin !== undefined) call[begin] = values[begin]! + from;
      if (part) call.push(count);
      calls.push(call);
    }
    return shared(calls);
  };
}

/** Rows of as many values as the argument after `counted` says. */
function byRows(counted: number, nanoseconds: number, steps: (...sizes: number[]) => number[]): Parting {
  return { counted, unit: 1, steps, nanoseconds: (values) => values[counted + 1]! * nanoseconds };
}

/** Lines of a convolution's result, whose windows are the last arguments. @param nanoseconds for a tap of a channel */
function byLines(begin: number, nanoseconds: number): Parting {
  const ofLine = (values: readonly number[]) => {
    const [, , C, kernel, , , , , outWidth] = values.slice(-WINDOW_ARGUMENTS) as unknown as WindowArguments;
    return outWidth * kernel ** 2 * C * nanoseconds;
  };
  return { counted: begin + 1, unit: 1, begin, steps: () => [], nanoseconds: ofLine };
}

/** Channels of a depthwise filter, whose windows are the last arguments. @param nanoseconds for a tap of a channel */
function byChannels(lines: number, nanoseconds: number): Parting {
  const ofChannel = (values: readonly number[]) => {
    const [, , , kernel, , , , , outWidth] = values.slice(-WINDOW_ARGUMENTS) as unknown as WindowArguments;
    return values[lines]! * outWidth * kernel ** 2 * nanoseconds;
  };
  return { counted: lines + 2, unit: LINE, begin: lines + 1, steps: () => [], nanoseconds: ofChannel };
}

/** Rows of the attention kernels, one for each sequence: addresses and sizes as their table has them. */
function bySequences(addresses: Record<string, AttentionStep>, nanoseconds: number): Parting {
  const floats = Object.values(addresses);
  const [, ...afterN] = ATTENTION_SIZES;
  return byRows(floats.length, nanoseconds, (...sizes) =>
    floats.map((step) => (typeof step === 'number' ? step : sizes[afterN.indexOf(step)]!)),
  );
}

/** Columns of two matrices of as many rows as the argument before `counted` says. */
function byColumns(counted: number, nanoseconds: number, part: keyof Kernels): Parting {
  return {
    counted,
    unit: LINE,
    steps: () => [1, 1],
    nanoseconds: (values) => values[counted - 1]! * nanoseconds,
    part,
  };
}

/** Values of all the arrays whose addresses come before `counted`. */
function byValues(counted: number, nanoseconds: number): Parting {
  const ones = Array<number>(counted).fill(1);
  return { counted, unit: LINE, steps: () => ones, nanoseconds: () => nanoseconds };
}
