/** The files of models as PyTorch has them: a `state_dict` as safetensors, and a README with the module that loads it. */
import { InputError } from '../../base/errors.ts';
import { encodeSafetensors, type NamedTensor } from '../../base/safetensors.ts';
import type { Captioner } from '../../captioning/captioner.ts';
import { specialIds } from '../../captioning/vocabulary.ts';
import type { TextModel } from '../../language/text-model.ts';
import type { LanguageModel } from '../../model/language-model.ts';
import type { Standardisation } from '../../model/standardisation.ts';
import type { SequenceLabeller } from '../../sequences/labeller.ts';
import type { Translator } from '../../translation/translator.ts';
import { END_ID, START_ID, UNKNOWN_ID } from '../../translation/words.ts';
import { type ExportedFiles, exportedJson } from '../files.ts';
import { textTokens } from '../onnx/text-model.ts';
import { readme } from '../readme.ts';
import { embeddingTensors, linearTensors, recurrentTensors } from './layout.ts';
import { captionModule, labellerModule, textModule, translatorModule } from './modules.ts';

/** @returns the files of a language model, README.md among them */
export function torchTextModel({ model, vocabulary, config }: TextModel): ExportedFiles {
  return filesOf('A language model', 'lm', textModule(model.shape), decoderTensors(model), {
    kind: config.kind,
    level: config.level,
    ...textTokens(vocabulary),
  });
}

/** Those of a captioner, without its CNN. @throws InputError for one that attends to places */
export function torchCaptioner({ model, vocabulary, config, standardisation }: Captioner): ExportedFiles {
  const { start, end, forbidden } = specialIds(vocabulary);
  const tensors = [...decoderTensors(model), ...bufferTensors(standardisation)];
  return filesOf('A captioner', 'caption', captionModule(model.shape), tensors, {
    kind: config.kind,
    cnn: config.pictures.key,
    picture: config.pictures.preprocessing,
    start,
    end,
    never: forbidden,
    tokens: vocabulary.tokens,
  });
}

/** Those of a labeller. @throws InputError for one that reads by glimpses */
export function torchLabeller({ model, coder, config }: SequenceLabeller): ExportedFiles {
  const { reader, stack, output, shape } = model;
  if (reader.glimpses) refuse('chooses where it looks');
  const tensors = [
    ...embeddingTensors('embedding', reader.embedding),
    ...recurrentTensors('rnn', stack.layers),
    ...linearTensors('linear', output.weights, output.bias),
    ...bufferTensors(coder.standardisation),
  ];
  const python = labellerModule(shape, coder.standardisation !== undefined);
  return filesOf('A model that labels sequences', 'seq', python, tensors, {
    kind: config.kind,
    task: config.task,
    labels: coder.labels,
    reading: config.reading,
    unknown: coder.vocabulary && 0,
    tokens: coder.vocabulary?.tokens,
  });
}

/** Those of a translator. @throws InputError for one with attention */
export function torchTranslator({ model, vocabularies, config }: Translator): ExportedFiles {
  const { reader, encoder, decoder, shape } = model;
  const tensors = [
    ...decoderTensors(decoder),
    ...embeddingTensors('source_embedding', reader.embedding),
    ...recurrentTensors('encoder', encoder.layers),
  ];
  return filesOf('A translator', 'seq', translatorModule(shape), tensors, {
    kind: config.kind,
    start: START_ID,
    end: END_ID,
    unknown: UNKNOWN_ID,
    source: vocabularies.source.tokens,
    target: vocabularies.target.tokens,
  });
}

function decoderTensors({ attention, embedding, stack, outputWeights, outputBias }: LanguageModel): NamedTensor[] {
  if (attention) refuse('attends to places');
  return [
    ...embeddingTensors('embedding', embedding),
    ...recurrentTensors('rnn', stack.layers),
    ...linearTensors('linear', outputWeights, outputBias),
  ];
}

function bufferTensors(by: Standardisation | undefined): NamedTensor[] {
  if (!by) return [];
  return Object.entries(by).map(([name, data]) => ({ name, shape: [data.length], data }));
}

function refuse(does: string): never {
  throw new InputError(`a model that ${does} has no form among PyTorch's recurrent layers`, {
    advice: 'Export it as ONNX.',
    settings: ['pytorch'],
  });
}

function filesOf(
  title: string,
  program: string,
  code: string,
  tensors: readonly NamedTensor[],
  properties: Readonly<Record<string, unknown>>,
): ExportedFiles {
  return {
    'model.safetensors': encodeSafetensors(tensors, { metadata: { format: 'pt' } }),
    'model.json': exportedJson(properties),
    'README.md': readme({
      title: `${title} for PyTorch`,
      about: [`Exported by \`${program} export --pytorch\` of caption-lm: the \`state_dict\` of the module below.`],
      files: {
        'model.safetensors': tensors.map(({ name, shape }) => `\`${name}\` [${shape.join(', ')}]`).join(', '),
        'model.json': `what its ids stand for, and which have a meaning of their own: ${Object.keys(
          JSON.parse(exportedJson(properties)),
        )
          .map((name) => `\`${name}\``)
          .join(', ')}`,
      },
      programs: [{ language: 'Python', install: 'pip install torch safetensors', call: 'python model.py', code }],
    }),
  };
}
