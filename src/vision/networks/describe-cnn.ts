/** Looks into the table of CNNs. Knows none of them by its name. */
import type { CnnDescription } from '../network.ts';
import { describeOther, NETWORKS } from './networks.ts';

/** The names of the CNNs; besides them `describeCnn` takes the folder of a MobileNet. */
export const CNN_NAMES: readonly string[] = Object.keys(NETWORKS);

/**
 * Finds a CNN by its name; its weights are loaded later, by a backend.
 *
 * @throws InputError when there is no such CNN, or a file that describes it is at fault
 */
export async function describeCnn(choice: string): Promise<CnnDescription> {
  return Object.hasOwn(NETWORKS, choice) ? NETWORKS[choice]!() : describeOther(choice, CNN_NAMES);
}
