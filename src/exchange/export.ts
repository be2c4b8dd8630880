/** Models of all four products, written for other programs. Knows no format. */
import type { Turns } from '../base/steps.ts';
import { TextModel } from '../language/text-model.ts';
import { Translator } from '../translation/translator.ts';
import { writeExportedFiles } from './files.ts';
import { type CaptionerWithCnn, captionerFiles } from './onnx/captioner.ts';
import { type LabellerWithCnn, labellerFiles } from './onnx/labeller.ts';
import { textModelFiles } from './onnx/text-model.ts';
import { translatorFiles } from './onnx/translator.ts';
import { torchCaptioner, torchLabeller, torchTextModel, torchTranslator } from './pytorch/models.ts';

/** A model as it is opened: a captioner with its CNN (`openCaptioner`), a labeller with one where it reads pictures. */
export type ExportableModel = TextModel | Translator | CaptionerWithCnn | LabellerWithCnn;

/**
 * Writes a model as ONNX: its networks (a step with its state, so that a loop in any language runs it), a `model.json` with
 * its vocabulary and preprocessing, and a README.md with programs in Python and JavaScript that use them. Log-probabilities
 * on ONNX Runtime are those of the model, within rounding.
 *
 * @param folder that gets the files; made where it is not there
 * @param signal looked at before each file
 * @throws InputError when the model has no form in ONNX, the folder holds a model, or a file can't be written; the
 *   signal's reason
 */
export async function exportOnnx(
  model: ExportableModel,
  folder: string,
  { signal }: Pick<Turns, 'signal'> = {},
): Promise<void> {
  await writeExportedFiles(folder, onnxFiles(model), signal);
}

function onnxFiles(model: ExportableModel) {
  if (model instanceof TextModel) return textModelFiles(model);
  if (model instanceof Translator) return translatorFiles(model);
  return 'captioner' in model ? captionerFiles(model) : labellerFiles(model);
}

/**
 * Writes a model for PyTorch: `model.safetensors`, named and laid out as `nn.Embedding`, `nn.LSTM` (`GRU`, `RNN`) and
 * `nn.Linear` have their parameters, a `model.json` with its vocabulary, and a README.md with the module that loads them.
 * A captioner's CNN is not part of it.
 *
 * @param folder as of `exportOnnx`, as is the signal
 * @throws InputError when the model attends or chooses where it looks, the folder holds a model, or a file can't be
 *   written; the signal's reason
 */
export async function exportPytorch(
  model: ExportableModel,
  folder: string,
  { signal }: Pick<Turns, 'signal'> = {},
): Promise<void> {
  await writeExportedFiles(folder, torchFiles(model), signal);
}

function torchFiles(model: ExportableModel) {
  if (model instanceof TextModel) return torchTextModel(model);
  if (model instanceof Translator) return torchTranslator(model);
  return 'captioner' in model ? torchCaptioner(model.captioner) : torchLabeller(model.labeller);
}
