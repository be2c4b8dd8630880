import type { Command } from 'commander';
import { cacheFolder } from '../base/files.ts';
import { openEngine } from '../compute/engine.ts';
import { setupProduct } from '../setup/native.ts';
import { setupTfjsNode } from '../setup/tfjs-node.ts';
import { Status } from './progress.ts';

interface Options {
  tfjs?: boolean;
  quiet?: boolean;
}

export function addSetupCommand(program: Command): void {
  program
    .command('setup')
    .description('fetches faster matrix products into the cache, without root; to delete that folder undoes it')
    .option('--tfjs', 'also builds tfjs-node for the CNN (Linux x64; 207 MB to fetch, 900 MB on disk)')
    .option('--quiet', 'nothing but errors')
    .action(setupCommand);
}

async function setupCommand({ tfjs, quiet }: Options): Promise<void> {
  const status = new Status(quiet);
  for (const name of ['onednn', 'openblas'] as const) {
    const outcome = await setupProduct(name, (megabytes) => status.say(`fetching ${name} (${megabytes} MB) …`));
    if (outcome === 'unavailable') status.say(`${name}: not made for ${process.platform}-${process.arch}`);
  }
  if (tfjs) {
    const outcome = await setupTfjsNode((step) => status.say(`${step} …`));
    status.say(
      outcome === 'unavailable' ? `tfjs-node: no wheel for ${process.platform}-${process.arch}` : 'tfjs-node is ready',
    );
  }
  const engine = await openEngine();
  status.say(engine.notice);
  status.say(`in ${cacheFolder('native')}`);
  engine.close();
}
