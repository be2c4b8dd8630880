/** `setup`: fetches faster matrix products, and on demand what runs the CNN faster. */
import type { Command } from 'commander';
import { cacheFolder } from '../base/files.ts';
import { openEngine } from '../compute/engine.ts';
import { type SetupOutcome, setupProduct } from '../setup/native.ts';
import { setupOnnxruntime } from '../setup/onnxruntime.ts';
import { setupTfjsNode } from '../setup/tfjs-node.ts';
import { Status } from './progress.ts';

interface Options {
  onnxruntime?: boolean;
  tfjs?: boolean;
  quiet?: boolean;
}

export function addSetupCommand(program: Command): void {
  program
    .command('setup')
    .description('fetches faster matrix products into the cache, without root; to delete that folder undoes it')
    .option(
      '--onnxruntime',
      'also ONNX Runtime for the CNN, the fastest way to run it (114 MB to fetch, 50 MB on disk)',
    )
    .option('--tfjs', 'also builds tfjs-node for the CNN (Linux x64; 207 MB to fetch, 900 MB on disk)')
    .option('--quiet', 'nothing but errors')
    .action(setupCommand);
}

async function setupCommand({ onnxruntime, tfjs, quiet }: Options): Promise<void> {
  const status = new Status(quiet);
  for (const name of ['onednn', 'openblas'] as const) {
    const outcome = await setupProduct(name, (megabytes) => status.say(`fetching ${name} (${megabytes} MB) …`));
    if (outcome === 'unavailable') status.say(outcomeOf(name, outcome));
  }
  const onStep = (step: string) => status.say(`${step} …`);
  if (onnxruntime) status.say(outcomeOf('ONNX Runtime', await setupOnnxruntime(onStep)));
  if (tfjs) status.say(outcomeOf('tfjs-node', await setupTfjsNode(onStep)));
  const engine = await openEngine();
  status.say(engine.notice);
  status.say(`in ${cacheFolder('native')}`);
  engine.close();
}

function outcomeOf(what: string, outcome: SetupOutcome): string {
  return outcome === 'unavailable' ? `${what}: not made for ${process.platform}-${process.arch}` : `${what} is ready`;
}
