/**
 * Reads the tensors of a state dict that PyTorch before 1.6 saved: a pickle, then the storages' bytes. A pickle can run
 * any code when Python loads it; this reader knows no more than a state dict needs and refuses everything else.
 */
import { Buffer } from 'node:buffer';

export interface TorchTensor {
  shape: readonly number[];
  /** Row-major, whatever the strides in the file. */
  data: Float32Array;
}

/** The float tensors of a state dict by name; integer ones (counters) are left out. */
export function readLegacyStateDict(file: Buffer): Map<string, TorchTensor> {
  const pickles = new PickleReader(file);
  if (pickles.read() !== 0x1950a86a20f9469cfc6cn) throw new Error('not a legacy PyTorch file: wrong magic number');
  if (pickles.read() !== 1001) throw new Error('not a legacy PyTorch file: wrong protocol');
  const system = pickles.read() as Map<string, unknown>;
  if (system.get('little_endian') !== true) throw new Error('big-endian storages are not read');
  const tensors = pickles.read() as Map<string, View>;
  const order = pickles.read() as string[];
  const storages = readStorages(file, pickles.position, order, pickles.storages);
  const floats = new Map<string, TorchTensor>();
  for (const [name, view] of tensors) {
    const storage = storages.get(view.storage.key);
    if (storage) floats.set(name, { shape: view.shape, data: contiguous(storage, view, name) });
  }
  return floats;
}

interface Storage {
  key: string;
  type: string;
  length: number;
}

interface View {
  storage: Storage;
  offset: number;
  shape: number[];
  strides: number[];
}

/** After the pickles: for each storage, in the order of `keys`, its length (8 bytes) and its items. */
function readStorages(file: Buffer, start: number, keys: string[], known: ReadonlyMap<string, Storage>) {
  const itemSize: Record<string, number> = { 'torch.FloatStorage': 4, 'torch.LongStorage': 8 };
  const floats = new Map<string, Float32Array>();
  let position = start;
  for (const key of keys) {
    const storage = known.get(key);
    const bytes = (storage?.length ?? 0) * (itemSize[storage?.type ?? ''] ?? 0);
    if (!storage || !bytes || Number(file.readBigInt64LE(position)) !== storage.length) {
      throw new Error(`storage ${key} is not as declared`);
    }
    position += 8;
    const content = Uint8Array.prototype.slice.call(file, position, position + bytes);
    if (storage.type === 'torch.FloatStorage') floats.set(key, new Float32Array(content.buffer));
    position += bytes;
  }
  if (position !== file.length) throw new Error(`expected ${position} bytes, found ${file.length}`);
  return floats;
}

/** Copies a strided view of a storage; some filters were saved as transposed views. */
function contiguous(storage: Float32Array, { offset, shape, strides }: View, name: string): Float32Array {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return Float32Array.from({ length: size }, (_, index) => {
    let place = offset;
    for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
      const extent = shape[axis]!;
      place += (rest % extent) * strides[axis]!;
      rest = Math.floor(rest / extent);
    }
    const value = storage[place];
    if (value === undefined) throw new Error(`tensor ${name} reaches outside its storage`);
    return value;
  });
}

/** Opcodes of Python's pickle protocol 2, by their names in pickletools; the others are refused. */
const OP = {
  MARK: 0x28,
  EMPTY_TUPLE: 0x29,
  STOP: 0x2e,
  BININT: 0x4a,
  BININT1: 0x4b,
  BININT2: 0x4d,
  NONE: 0x4e,
  BINPERSID: 0x51,
  REDUCE: 0x52,
  BINUNICODE: 0x58,
  EMPTY_LIST: 0x5d,
  BUILD: 0x62,
  GLOBAL: 0x63,
  APPENDS: 0x65,
  BINGET: 0x68,
  LONG_BINGET: 0x6a,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  SETITEM: 0x73,
  TUPLE: 0x74,
  SETITEMS: 0x75,
  EMPTY_DICT: 0x7d,
  PROTO: 0x80,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  LONG1: 0x8a,
} as const;

class Global {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

class PickleReader {
  readonly #bytes: Buffer;
  position = 0;
  readonly storages = new Map<string, Storage>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Reads one pickle from the current position. */
  read(): unknown {
    const stack: unknown[] = [];
    const marks: number[] = [];
    const memo: unknown[] = [];
    const sinceMark = () => stack.splice(marks.pop() ?? 0);
    for (;;) {
      const op = this.#byte();
      switch (op) {
        case OP.PROTO:
          this.#byte();
          break;
        case OP.STOP:
          return stack.pop();
        case OP.MARK:
          marks.push(stack.length);
          break;
        case OP.GLOBAL:
          stack.push(new Global(`${this.#line()}.${this.#line()}`));
          break;
        case OP.REDUCE: {
          const args = stack.pop() as unknown[];
          stack.push(this.#call(stack.pop(), args));
          break;
        }
        case OP.BUILD: // attributes of the dict: version numbers of modules
          stack.pop();
          break;
        case OP.BINPERSID:
          stack.push(this.#storage(stack.pop() as unknown[]));
          break;
        case OP.BINPUT:
          memo[this.#byte()] = stack.at(-1);
          break;
        case OP.LONG_BINPUT:
          memo[this.#uint32()] = stack.at(-1);
          break;
        case OP.BINGET:
          stack.push(memo[this.#byte()]);
          break;
        case OP.LONG_BINGET:
          stack.push(memo[this.#uint32()]);
          break;
        case OP.BINUNICODE:
          stack.push(this.#take(this.#uint32()).toString('utf8'));
          break;
        case OP.BININT1:
          stack.push(this.#byte());
          break;
        case OP.BININT2:
          stack.push(this.#take(2).readUInt16LE());
          break;
        case OP.BININT:
          stack.push(this.#take(4).readInt32LE());
          break;
        case OP.LONG1:
          stack.push(this.#unsigned(this.#byte()));
          break;
        case OP.NONE:
          stack.push(null);
          break;
        case OP.NEWTRUE:
        case OP.NEWFALSE:
          stack.push(op === OP.NEWTRUE);
          break;
        case OP.EMPTY_TUPLE:
        case OP.EMPTY_LIST:
          stack.push([]);
          break;
        case OP.EMPTY_DICT:
          stack.push(new Map());
          break;
        case OP.TUPLE:
          stack.push(sinceMark());
          break;
        case OP.TUPLE1:
        case OP.TUPLE2:
        case OP.TUPLE3:
          stack.push(stack.splice(OP.TUPLE1 - 1 - op));
          break;
        case OP.APPENDS: {
          const items = sinceMark();
          (stack.at(-1) as unknown[]).push(...items);
          break;
        }
        case OP.SETITEM:
        case OP.SETITEMS: {
          const items = op === OP.SETITEM ? stack.splice(-2) : sinceMark();
          const map = stack.at(-1) as Map<unknown, unknown>;
          for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
          break;
        }
        default:
          throw new Error(`pickle opcode 0x${op.toString(16)} is not allowed`);
      }
    }
  }

  #call(callee: unknown, args: unknown[]): unknown {
    const name = callee instanceof Global ? callee.name : String(callee);
    if (name === 'collections.OrderedDict') return new Map();
    if (name !== 'torch._utils._rebuild_tensor_v2') throw new Error(`pickle global ${name} is not allowed`);
    const [storage, offset, shape, strides] = args;
    return { storage, offset, shape, strides };
  }

  #storage([kind, type, key, , length]: unknown[]): Storage {
    if (kind !== 'storage' || !(type instanceof Global)) throw new Error(`persistent id ${kind} is not allowed`);
    const storage = { key: String(key), type: type.name, length: Number(length) };
    this.storages.set(storage.key, storage);
    return storage;
  }

  #take(length: number): Buffer {
    if (this.position + length > this.#bytes.length) throw new Error('the pickle is truncated');
    this.position += length;
    return this.#bytes.subarray(this.position - length, this.position);
  }

  #byte(): number {
    return this.#take(1)[0]!;
  }

  #uint32(): number {
    return this.#take(4).readUInt32LE();
  }

  #line(): string {
    return this.#take(this.#bytes.indexOf('\n', this.position) + 1 - this.position)
      .toString('latin1')
      .trimEnd();
  }

  /** A little-endian integer of any length; state dicts hold no negative ones. */
  #unsigned(length: number): bigint {
    return BigInt(`0x${Buffer.from(this.#take(length)).reverse().toString('hex')}`);
  }
}
