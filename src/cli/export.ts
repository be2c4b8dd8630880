/** `export` of `caption`, `lm` and `seq`: models for other programs. */
import type { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import { openCaptioner } from '../captioning/open.ts';
import { type Engine, openEngine } from '../compute/engine.ts';
import { type ExportableModel, exportOnnx, exportPytorch } from '../exchange/export.ts';
import { TextModel } from '../language/text-model.ts';
import { loadCnnOfLabeller } from '../sequences/data/pictures.ts';
import { SequenceLabeller } from '../sequences/labeller.ts';
import { Translator } from '../translation/translator.ts';
import { LM_FOLDER } from './options.ts';
import { Status } from './progress.ts';
import { interruptible } from './run.ts';
import { isTranslator, SEQ_FOLDER } from './seq-options.ts';
import { WrittenFiles } from './written-files.ts';

interface Options {
  model: string;
  onnx?: string;
  pytorch?: string;
  quiet?: boolean;
}

const OF_CAPTION = 'a model of `caption train` (default: the captioner that ships)';

export function addLanguageExportCommand(program: Command): void {
  addExportCommand(program, TextModel.load).option('--model <folder>', 'a model of `lm train`', LM_FOLDER);
}

export function addCaptionExportCommand(program: Command): void {
  const open = async (folder: string | undefined, engine: Engine) => openCaptioner(engine, { folder });
  addExportCommand(program, open).option('--model <folder>', OF_CAPTION);
}

export function addSequenceExportCommand(program: Command): void {
  addExportCommand(program, openSequences).option('--model <folder>', 'a model of `seq train`', SEQ_FOLDER);
}

function addExportCommand(
  program: Command,
  open: (folder: string, engine: Engine) => Promise<ExportableModel>,
): Command {
  return program
    .command('export')
    .description('writes a model for other programs, with a README of how it is used')
    .option('--onnx <folder>', 'as ONNX: networks, vocabulary, and programs in Python and JavaScript that use them')
    .option('--pytorch <folder>', "as the tensors of PyTorch's recurrent layers, with the module that loads them")
    .option('--quiet', 'no notices')
    .action(async ({ model: folder, onnx, pytorch, quiet }: Options) => {
      if (onnx === undefined && pytorch === undefined) {
        throw new UsageError('nothing is said of the form to export', {
          expected: '--onnx FOLDER or --pytorch FOLDER',
        });
      }
      if (onnx !== undefined && onnx === pytorch) {
        throw new UsageError('--onnx and --pytorch name one folder', { expected: 'a folder for each' });
      }
      const model = await open(folder, await openEngine('wasm'));
      const written = new WrittenFiles(new Status(quiet), [onnx, pytorch]);
      await interruptible(
        async (signal) => {
          for (const [form, write] of [[onnx, exportOnnx] as const, [pytorch, exportPytorch] as const]) {
            if (form === undefined) continue;
            await write(model, form, { signal });
            written.add(form);
          }
        },
        () => written.sayStopped('what was begun lacks files'),
      );
    });
}

async function openSequences(folder: string, engine: Engine): Promise<ExportableModel> {
  if (await isTranslator(folder)) return Translator.load(folder, engine);
  const labeller = await SequenceLabeller.load(folder, engine);
  const { cnn } = labeller.config;
  return { labeller, cnn: cnn && (await loadCnnOfLabeller(labeller.config, 'auto', engine)).cnn };
}
