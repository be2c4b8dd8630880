/** In place of `view-caches.ts` in a browser, which keeps no features: the option `cache` of extraction is refused. */
import { InputError } from '../base/errors.ts';
import type * as node from './view-caches.ts';

export async function openViewCaches(folder: string): Promise<never> {
  throw new InputError(`there can be no feature cache at ${folder} in a browser`, { advice: 'Leave the option out' });
}

({ openViewCaches }) satisfies Omit<typeof node, 'ViewCaches'>;
