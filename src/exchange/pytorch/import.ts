/**
 * A language model of PyTorch, `nn.Embedding` (or one-hot vectors), `nn.LSTM`, `nn.GRU` or `nn.RNN`, and `nn.Linear`,
 * becomes one of this package. Modules may have any names; what they are is told by their shapes.
 *
 * V vocabulary, E embedding, D what the first layer reads, H hidden units.
 */
import { basename } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { readSafetensors, type StoredTensor } from '../../base/safetensors.ts';
import type { Engine } from '../../compute/engine.ts';
import { languageDefaults } from '../../language/config.ts';
import { TextModel } from '../../language/text-model.ts';
import { LanguageModel } from '../../model/language-model.ts';
import { type CellName, cells } from '../../nn/cell.ts';
import type { Parameter } from '../../nn/parameter.ts';
import type { Level } from '../../text/tokenizer.ts';
import { transposed } from './layout.ts';
import { readTokens } from './tokens.ts';

export interface PytorchImport {
  engine: Engine;
  /** A safetensors file of the model's `state_dict`. */
  weights: string;
  /**
   * A JSON file of its tokens by their ids: a list, an object of token and id, or one with `tokens`. Words without spaces
   * before them get one, as words have here, and `<eos>` becomes a line end where there is none.
   */
  vocabulary: string;
  /** What its tokens are. */
  level: Level;
  /** Its token for all that it does not know. Default: `<unk>`, if it has one */
  unknown?: string | undefined;
}

/**
 * Reads a language model of PyTorch.
 *
 * @throws InputError when a file can't be read, or the model is another than this package computes: of two directions, with
 *   projections, or with further layers
 */
export async function importPytorch({
  engine,
  weights,
  vocabulary,
  level,
  unknown,
}: PytorchImport): Promise<TextModel> {
  const known = await readTokens(vocabulary, level, unknown);
  const { tensors } = await readSafetensors(weights);
  const found = new TorchModel(tensors, weights, known.size);
  const shape = { ...found.shape, vocabulary: known.size, condition: 0 };
  const model = new LanguageModel(engine, shape);
  found.fill(model);
  const text = { files: [basename(weights)], tokens: 0, hash: '' };
  const config = { format: 1, kind: 'language', level, shape, settings: languageDefaults, text, scores: {} } as const;
  return new TextModel(config, known, model);
}

/** The tensors of a `state_dict`, told apart by their shapes. */
class TorchModel {
  readonly shape: { cell: CellName; layers: number; hidden: number; embedding: number };
  readonly #tensors: ReadonlyMap<string, StoredTensor>;
  readonly #file: string;
  /** What stands before the names of the recurrent layers' tensors. */
  readonly #recurrent: string;
  readonly #embedding: string | undefined;
  readonly #linear: string;

  constructor(tensors: ReadonlyMap<string, StoredTensor>, file: string, V: number) {
    this.#tensors = tensors;
    this.#file = file;
    const layers = [...tensors.keys()].flatMap((name) => /^(.*)weight_hh_l\d+$/.exec(name)?.[1] ?? []);
    const [recurrent] = layers;
    if (recurrent === undefined || layers.some((other) => other !== recurrent)) {
      throw this.#other(recurrent === undefined ? 'no tensor weight_hh_l0' : 'several recurrent modules');
    }
    this.#recurrent = recurrent;
    const refused = [...tensors.keys()].find((name) => /_l\d+_reverse$|weight_hr_l\d+$/.test(name));
    if (refused !== undefined) throw this.#other(refused);

    const [G = 0, H = 0] = this.#get(`${recurrent}weight_hh_l0`).shape;
    const cell = (['rnn', 'lstm', 'gru'] as const).find((name) => cells[name].gates * H === G);
    const [, D = 0] = this.#get(`${recurrent}weight_ih_l0`).shape;
    if (!cell) throw this.#other(`${recurrent}weight_hh_l0 of ${G} × ${H}`);
    ({ embedding: this.#embedding, linear: this.#linear } = this.#around({ V, D, H }));
    this.shape = { cell, layers: layers.length, hidden: H, embedding: this.#embedding === undefined ? 0 : D };
  }

  /** The matrices before and behind the recurrent layers, which may be one and the same (weight tying). */
  #around({ V, D, H }: { V: number; D: number; H: number }): { embedding: string | undefined; linear: string } {
    const others = [...this.#tensors.keys()].filter((name) => !/(weight|bias)_[ih]h_l\d+$/.test(name));
    const matrices = others.filter((name) => this.#get(name).shape.length === 2);
    const biasOf = (name: string) => name.replace(/weight$/, 'bias');
    const odd = others.find((name) => !matrices.includes(name) && !matrices.some((matrix) => biasOf(matrix) === name));
    if (odd !== undefined || matrices.length > 2) throw this.#other(odd ?? matrices.join(', '));
    const fits = (width: number) => (name: string) => `${this.#get(name).shape}` === `${[V, width]}`;
    const linear =
      matrices.find((name) => this.#tensors.has(biasOf(name))) ??
      matrices.toSorted((a, b) => Number(/emb|enc/i.test(a)) - Number(/emb|enc/i.test(b))).find(fits(H));
    const embedding = matrices.find((name) => name !== linear) ?? (D === V ? undefined : linear);
    if (linear !== undefined && fits(H)(linear) && (embedding === undefined ? D === V : fits(D)(embedding))) {
      return { embedding, linear };
    }
    const shapes = matrices.map((name) => `${name} of ${this.#get(name).shape.join(' × ')}`).join(', ');
    throw new InputError(`${this.#file} does not fit its vocabulary of ${V} tokens`, {
      found: shapes || 'no nn.Linear',
      expected: `an nn.Embedding of ${V} × ${D}, unless one-hot vectors are read, and an nn.Linear of ${V} × ${H}`,
      settings: ['vocabulary'],
    });
  }

  /** Gives a model of this shape the weights. */
  fill(model: LanguageModel): void {
    if (this.#embedding !== undefined) this.#copy(model.embedding!, this.#embedding);
    for (const [i, layer] of model.stack.layers.entries()) {
      const name = (role: string) => `${this.#recurrent}${role}_l${i}`;
      this.#transpose(layer.inputWeights, name('weight_ih'));
      this.#transpose(layer.recurrentWeights, name('weight_hh'));
      if (!this.#tensors.has(name('bias_ih'))) continue; // bias=False
      this.#copy(layer.bias, name('bias_ih'));
      if (layer.recurrentBias) this.#copy(layer.recurrentBias, name('bias_hh'));
      else this.#add(layer.bias, name('bias_hh'));
    }
    this.#transpose(model.outputWeights, this.#linear);
    const bias = this.#linear.replace(/weight$/, 'bias');
    if (this.#tensors.has(bias)) this.#copy(model.outputBias, bias);
  }

  #copy(parameter: Parameter, name: string): void {
    const { rows, cols } = parameter.value;
    const { data } = this.#ofShape(name, rows === 1 ? [cols] : [rows, cols]);
    parameter.edit((values) => values.set(data));
  }

  #add(parameter: Parameter, name: string): void {
    const { data } = this.#ofShape(name, [parameter.value.cols]);
    parameter.edit((values) => {
      for (const [i, value] of data.entries()) values[i]! += value;
    });
  }

  #transpose(parameter: Parameter, name: string): void {
    const { rows, cols } = parameter.value;
    const { data } = this.#ofShape(name, [cols, rows]);
    parameter.edit((values) => values.set(transposed(data, cols, rows)));
  }

  #get(name: string): StoredTensor {
    const tensor = this.#tensors.get(name);
    if (tensor) return tensor;
    throw this.#other(`no tensor ${name}`);
  }

  #ofShape(name: string, shape: readonly number[]): StoredTensor {
    const tensor = this.#get(name);
    if (`${tensor.shape}` === `${shape}` && tensor.data.every(Number.isFinite)) return tensor;
    throw this.#other(`${name} of ${tensor.shape.join(' × ')}, expected ${shape.join(' × ')} numbers`);
  }

  #other(found: string): InputError {
    return new InputError(`${this.#file} is no language model that this package computes`, {
      found,
      expected: 'an nn.Embedding, one nn.LSTM, nn.GRU or nn.RNN (tanh) of one direction, and an nn.Linear',
    });
  }
}
