/** In place of `networks.ts` in a browser, where the CNN that ships is the only one: MobileNets are read by Node. */
import { InputError } from '../../base/errors.ts';
import { efficientnet } from './efficientnet.ts';
import type * as node from './networks.ts';

export const NETWORKS = { 'efficientnet-lite2': efficientnet };

export async function describeOther(name: string): Promise<never> {
  throw new InputError(`the CNN ${name} can't be had in a browser`, { expected: Object.keys(NETWORKS).join(', ') });
}

({ NETWORKS, describeOther }) satisfies typeof node;
