/**
 * Writes models in ONNX's format, which ONNX Runtime reads: a graph of operators, encoded as protocol buffers. Of the
 * format (onnx.proto of https://github.com/onnx/onnx; the operators are in its Operators.md) as much is here as the
 * networks of this project need. Knows no network.
 */

/** Types of elements: TensorProto.DataType. */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT32 = 6;
export const INT64 = 7;

/** The input or the output of a graph. */
export interface GraphValue {
  name: string;
  type: typeof FLOAT | typeof UINT8 | typeof INT32;
  /** Extents of unknown size have a name: ['N', 1280]. */
  shape: readonly (number | string)[];
}

/** An integer, several, or a word. */
type Attribute = number | readonly number[] | string;

/** A graph that is being built. Its values are known by names, which it gives them itself. */
export class OnnxGraph {
  readonly #nodes: Message[] = [];
  readonly #constants: Message[] = [];

  /** Floats [shape], or integers of 64 bits, row-major. */
  constant(shape: readonly number[], data: Float32Array | BigInt64Array): string {
    const name = `constant${this.#constants.length}`;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const dims = shape.map((extent) => integer(1, extent));
    const type = data instanceof Float32Array ? FLOAT : INT64;
    this.#constants.push([...dims.flat(), ...integer(2, type), ...text(8, name), ...message(9, [bytes])]);
    return name;
  }

  /** One integer for each item of a list: extents, places, sizes, as operators take them. */
  integers(...values: readonly number[]): string {
    return this.constant([values.length], BigInt64Array.from(values, BigInt));
  }

  /** Applies an operator of ONNX, with its attributes by their names. @returns the name of its result */
  apply(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    name = `value${this.#nodes.length}`,
  ): string {
    this.#node(operator, inputs, attributes, [name]);
    return name;
  }

  /** `apply` for an operator with several results. @param count of its results @returns their names */
  applyForAll(
    operator: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const names = Array.from({ length: count }, (_, i) => `value${this.#nodes.length}_${i}`);
    this.#node(operator, inputs, attributes, names);
    return names;
  }

  #node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    results: readonly string[],
  ): void {
    this.#nodes.push([
      ...inputs.flatMap((input) => text(1, input)),
      ...results.flatMap((result) => text(2, result)),
      ...text(4, operator),
      ...Object.entries(attributes).flatMap((entry) => message(5, attribute(...entry))),
    ]);
  }

  /** The whole as a model: the bytes of a .onnx file. */
  encode(inputs: readonly GraphValue[], outputs: readonly GraphValue[]): Uint8Array {
    const graph = [
      ...this.#nodes.flatMap((node) => message(1, node)),
      ...text(2, 'graph'),
      ...this.#constants.flatMap((constant) => message(5, constant)),
      ...inputs.flatMap((input) => message(11, valueInfo(input))),
      ...outputs.flatMap((output) => message(12, valueInfo(output))),
    ];
    const operatorSet = [...text(1, ''), ...integer(2, OPERATOR_SET)];
    return Buffer.concat([...integer(1, IR_VERSION), ...message(7, graph), ...message(8, operatorSet)]);
  }
}

/** Versions of the format and of its operators, old enough for every ONNX Runtime since 1.10 (2021). */
const IR_VERSION = 7;
const OPERATOR_SET = 13;

function attribute(name: string, value: Attribute): Message {
  const [INT, STRING, INTS] = [2, 3, 7];
  const named = text(1, name);
  if (typeof value === 'number') return [...named, ...integer(3, value), ...integer(20, INT)];
  if (typeof value === 'string') return [...named, ...text(4, value), ...integer(20, STRING)];
  return [...named, ...value.flatMap((item) => integer(8, item)), ...integer(20, INTS)];
}

function valueInfo({ name, type, shape }: GraphValue): Message {
  const dimensions = shape.map((extent) => (typeof extent === 'number' ? integer(1, extent) : text(2, extent)));
  const tensor = [
    ...integer(1, type),
    ...message(
      2,
      dimensions.flatMap((dimension) => message(1, dimension)),
    ),
  ];
  return [...text(1, name), ...message(2, message(1, tensor))];
}

/** The bytes of a protocol buffer, in pieces: weights are not copied before the end. */
type Message = readonly Uint8Array[];

// Fields as https://protobuf.dev/programming-guides/encoding has them: number and wire type, then the value.
const [VARINT, LENGTH] = [0, 2];

function integer(field: number, value: number): Message {
  return [varint((field << 3) | VARINT), varint(value)];
}

function message(field: number, content: Message): Message {
  const length = content.reduce((sum, { length }) => sum + length, 0);
  return [varint((field << 3) | LENGTH), varint(length), ...content];
}

function text(field: number, value: string): Message {
  return message(field, [Buffer.from(value)]);
}

/**
 * An integer of a protocol buffer: seven bits a byte, the lowest first; a set top bit says that another byte follows. One
 * below zero is written as 64 bits.
 */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return Uint8Array.of(...bytes, Number(left));
}
