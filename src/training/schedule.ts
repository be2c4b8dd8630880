/** Schedules of the learning rate: the factor of the highest rate, update by update. */

export type Schedule =
  | { name: 'constant' }
  /**
   * Linear from 0 over `warmup` updates (at most a tenth of all: a short training must reach its rate too), then half a
   * cosine down to 0 at the end (Loshchilov and Hutter 2017).
   */
  | { name: 'cosine'; warmup: number }
  /** Multiplied by `factor` after each epoch from epoch `after` on (char-rnn). */
  | { name: 'decay'; factor: number; after: number };

/**
 * The factor for update `iteration`, from 0, of `total`.
 *
 * @param epoch passes over the data so far, a whole number
 */
export function rateFactor(schedule: Schedule, iteration: number, total: number, epoch: number): number {
  switch (schedule.name) {
    case 'constant':
      return 1;
    case 'cosine': {
      const warmup = Math.min(schedule.warmup, Math.floor(total / 10));
      if (iteration < warmup) return (iteration + 1) / warmup;
      return 0.5 * (1 + Math.cos((Math.PI * (iteration - warmup)) / (total - warmup)));
    }
    case 'decay':
      return schedule.factor ** Math.max(0, epoch - schedule.after + 1);
  }
}
