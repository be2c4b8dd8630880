/** Finds a CNN by its name, in a table that is another one in a browser. */
import type { CnnDescription } from '../network.ts';
import { describeOther, NETWORKS } from './networks.ts';

/** The names of the CNNs; besides them `describeCnn` takes the folder of a MobileNet. */
export const CNN_NAMES: readonly string[] = Object.keys(NETWORKS);

/** @throws InputError when there is no such CNN, or a file that says what it is is at fault */
export async function describeCnn(choice: string): Promise<CnnDescription> {
  return Object.hasOwn(NETWORKS, choice) ? NETWORKS[choice]!() : describeOther(choice, CNN_NAMES);
}
