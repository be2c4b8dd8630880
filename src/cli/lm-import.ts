/** `lm import`: a language model of PyTorch becomes a model's folder. */
import { type Command, Option } from 'commander';
import { InputError } from '../base/errors.ts';
import { openEngine } from '../compute/engine.ts';
import { importPytorch } from '../exchange/pytorch/import.ts';
import { holdsModel } from '../model/model-folder.ts';
import { LEVELS, type Level } from '../text/tokenizer.ts';
import { Status } from './progress.ts';

interface Options {
  vocabulary: string;
  level: Level;
  unknown?: string;
  out: string;
  quiet?: boolean;
}

export function addImportCommand(program: Command): void {
  program
    .command('import')
    .description(
      'makes a model of one of PyTorch: nn.Embedding or one-hot vectors, nn.LSTM, nn.GRU or nn.RNN, nn.Linear',
    )
    .argument('<file>', 'its state_dict as safetensors')
    .requiredOption(
      '--vocabulary <file>',
      'its tokens, as JSON: a list in the order of their ids, or an object of token and id',
    )
    .requiredOption('--out <folder>', 'folder for the model')
    .addOption(new Option('--level <level>', 'what its tokens are').choices(LEVELS).default('char' satisfies Level))
    .option('--unknown <token>', 'its token for all that it does not know (default: <unk>)')
    .option('--quiet', 'no notices')
    .action(async (weights: string, { out, quiet, ...options }: Options) => {
      if (await holdsModel(out)) {
        throw new InputError(`${out} holds a model already`, { advice: 'Name another folder.', settings: ['out'] });
      }
      const model = await importPytorch({ engine: await openEngine('wasm'), weights, ...options });
      await model.save(out);
      new Status(quiet).sayWritten(out);
    });
}
