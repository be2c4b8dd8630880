/**
 * The CNNs by the names that `--cnn` takes: another one takes a file beside this one, and a row here. A browser has
 * `networks.browser.ts` in its place.
 */
import type { CnnDescription } from '../network.ts';
import { efficientnet } from './efficientnet.ts';
import { hostedMobilenet, localMobilenet } from './mobilenet.ts';

/** How each CNN describes itself; none of its weights are loaded for that. */
export const NETWORKS: Readonly<Record<string, () => CnnDescription | Promise<CnnDescription>>> = {
  'efficientnet-lite2': efficientnet,
  'mobilenet-v1': () => hostedMobilenet('mobilenet-v1'),
  'mobilenet-v2': () => hostedMobilenet('mobilenet-v2'),
};

/** What any other name is: the folder of a MobileNet. */
export const describeOther = localMobilenet;
