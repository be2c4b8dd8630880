/** Photos that wait to be described, a few of them under way at once. Knows no element. */

import type { Description } from '../../server/api.ts';
import { inWords } from '../back-end.ts';
import type { Photo } from './photo.ts';

/** Requests under way: servers put as many together. */
const AT_ONCE = 8;

export type Describing = (photo: Photo, signal: AbortSignal) => Promise<Description>;

export class PhotoQueue {
  readonly #describe: Describing;
  readonly #onChange: (photo: Photo) => void;
  readonly #waiting: Photo[] = [];
  readonly #underWay = new Map<Photo, AbortController>();

  /** @param onChange called whenever the state of a photo has changed */
  constructor(describe: Describing, onChange: (photo: Photo) => void) {
    this.#describe = describe;
    this.#onChange = onChange;
  }

  add(photo: Photo): void {
    this.#change(photo, { kind: 'waiting' });
    this.#waiting.push(photo);
    this.#goOn();
  }

  /** Gives a photo up, wherever it is. */
  remove(photo: Photo): void {
    const place = this.#waiting.indexOf(photo);
    if (place >= 0) this.#waiting.splice(place, 1);
    this.#underWay.get(photo)?.abort();
  }

  #goOn(): void {
    while (this.#underWay.size < AT_ONCE && this.#waiting.length > 0) void this.#look(this.#waiting.shift()!);
  }

  async #look(photo: Photo): Promise<void> {
    const controller = new AbortController();
    this.#underWay.set(photo, controller);
    this.#change(photo, { kind: 'looking' });
    try {
      const description = await this.#describe(photo, controller.signal);
      this.#change(photo, { kind: 'described', description });
    } catch (error) {
      if (!controller.signal.aborted) this.#change(photo, { kind: 'failed', reason: inWords(error) });
    } finally {
      this.#underWay.delete(photo);
      this.#goOn();
    }
  }

  #change(photo: Photo, state: Photo['state']): void {
    photo.state = state;
    this.#onChange(photo);
  }
}
