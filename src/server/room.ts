/** A bounded room for requests: what has no place in it is refused, and asked to come again. Knows no request. */
import { ApiError } from './errors.ts';

export class Room {
  readonly size: number;
  readonly #what: string;
  #taken = 0;

  /** @param what there is no room for, for the error @param size in any unit */
  constructor(what: string, size: number) {
    this.#what = what;
    this.size = size;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes a part of the room. @returns what gives it back, once @throws ApiError 503 when there is not so much left */
  take(amount = 1): () => void {
    if (this.#taken + amount > this.size) {
      throw new ApiError(503, 'overloaded', `The server has no room for more ${this.#what} now.`, { retryAfter: 1 });
    }
    this.#taken += amount;
    let given = false;
    return () => {
      if (!given) this.#taken -= amount;
      given = true;
    };
  }
}
