/** Stands in for `src/vision/networks/mobilenet.ts` in a browser, where the CNN that ships is the only one. */
import { InputError } from '../../base/errors.ts';
import type * as node from './mobilenet.ts';

export function hostedMobilenet(name: string): never {
  throw new InputError(`the CNN ${name} can't be had in a browser`, { expected: 'efficientnet-lite2' });
}

export async function localMobilenet(folder: string): Promise<never> {
  return hostedMobilenet(folder);
}

({ hostedMobilenet, localMobilenet }) satisfies typeof node;
