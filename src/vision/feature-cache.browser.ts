/** Stands in for `src/vision/feature-cache.ts` in a browser, which keeps no features. */
import { InputError } from '../base/errors.ts';
import type * as node from './feature-cache.ts';

export function featureCachePath(folder: string): string {
  return folder;
}

export function contentHash(): string {
  return '';
}

export const FeatureCache = {
  async open(path: string): Promise<never> {
    throw new InputError(`there can be no feature cache at ${path} in a browser`, { advice: 'Leave the option out' });
  },
};

({ featureCachePath, contentHash, FeatureCache }) satisfies Omit<typeof node, 'FeatureCache'> & {
  FeatureCache: Pick<typeof node.FeatureCache, 'open'>;
};
