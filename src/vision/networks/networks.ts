/** Which CNNs there are, by the names that `--cnn` takes: see `loadCnn`. */
import type { CnnDescription } from '../cnn.ts';
import { efficientnet } from './efficientnet.ts';
import { hostedMobilenet, localMobilenet } from './mobilenet.ts';

export async function describeCnn(choice: string): Promise<CnnDescription> {
  switch (choice) {
    case 'efficientnet-lite2':
      return efficientnet();
    case 'mobilenet-v1':
    case 'mobilenet-v2':
      return hostedMobilenet(choice);
    default:
      return localMobilenet(choice);
  }
}
