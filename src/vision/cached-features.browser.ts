/** In place of `cached-features.ts` in a browser, which keeps no features: the option `cache` of extraction is refused. */
import { InputError } from '../base/errors.ts';
import type * as node from './cached-features.ts';

export async function openCachedFeatures(folder: string): Promise<never> {
  throw new InputError(`there can be no feature cache at ${folder} in a browser`, { advice: 'Leave the option out' });
}

({ openCachedFeatures }) satisfies Omit<typeof node, 'CachedFeatures'>;
