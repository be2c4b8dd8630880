/**
 * The SIMD kernels of `kernels/`, written in AssemblyScript and compiled to a few kilobytes of WebAssembly: what they
 * are called with, and how they come onto the memory of an arena. It knows no threads (`shared-kernels.ts`).
 */
import { inPackage, readBytes } from '../base/files.ts';

/** All arguments that name a buffer are byte offsets into the arena; see the sources for shapes and formulas. */
export interface Kernels {
  rnnForward(z: number, h: number, count: number): void;
  rnnBackward(dz: number, h: number, dh: number, count: number): void;
  lstmForward(z: number, cPrevious: number, c: number, tanhC: number, h: number, N: number, H: number): void;
  lstmBackward(z: number, cPrevious: number, tanhC: number, dh: number, dc: number, N: number, H: number): void;
  gruForward(x: number, s: number, hPrevious: number, h: number, N: number, H: number): void;
  gruBackward(x: number, s: number, hPrevious: number, dh: number, dhPrevious: number, N: number, H: number): void;

  add(target: number, source: number, count: number): void;
  scale(target: number, count: number, factor: number): void;
  approach(target: number, source: number, count: number, share: number): void;
  clip(target: number, count: number, limit: number): void;
  sumOfSquares(source: number, count: number): number;
  fillRows(target: number, row: number, rows: number, cols: number): void;
  addSumOfRows(target: number, source: number, rows: number, cols: number): void;
  addSumOfRowParts(target: number, source: number, rows: number, cols: number, stride: number): void;
  gatherRows(target: number, table: number, ids: number, rows: number, cols: number): void;
  gatherRowsPlus(target: number, table: number, bias: number, ids: number, rows: number, cols: number): void;
  scatterAddRows(table: number, source: number, ids: number, rows: number, cols: number): void;
  scatterAddRowParts(table: number, source: number, ids: number, rows: number, cols: number, stride: number): void;
  dropout(target: number, source: number, count: number, dropped: number, factor: number, seed: number): void;

  softmaxCrossEntropy(
    logits: number,
    targets: number,
    weights: number,
    rows: number,
    V: number,
    smoothing: number,
    factor: number,
  ): number;
  logSoftmax(logits: number, rows: number, V: number): void;

  /** To be called by the names of its arguments: `attention-call.ts`. */
  attendForward(...values: number[]): void;
  attendBackward(...values: number[]): void;

  toBf16(target: number, source: number, count: number, factor: number): void;
  transposeToBf16(k: number, n: number, source: number, row: number, target: number): void;

  biasRelu6(y: number, bias: number, rows: number, cols: number): void;
  addBias(y: number, bias: number, rows: number, cols: number): void;
  addBiasAndResidual(y: number, x: number, bias: number, rows: number, cols: number): void;
  normaliseBytes(target: number, source: number, count: number, mean: number, scale: number): void;
  unfold(target: number, x: number, from: number, lines: number, ...windows: WindowArguments): void;
  depthwise(
    y: number,
    x: number,
    weights: number,
    bias: number,
    from: number,
    lines: number,
    relu: 0 | 1,
    ...windows: WindowArguments
  ): void;
  relu6Backward(dy: number, y: number, count: number): void;
  fold(dx: number, rows: number, from: number, lines: number, ...windows: WindowArguments): void;
  depthwiseInputGradient(
    dx: number,
    dy: number,
    weights: number,
    from: number,
    lines: number,
    ...windows: WindowArguments
  ): void;
  depthwiseFilterGradient(
    dw: number,
    x: number,
    dy: number,
    lines: number,
    from: number,
    channels: number,
    ...windows: WindowArguments
  ): void;

  sgd(x: number, g: number, count: number, rate: number): void;
  adagrad(x: number, g: number, s: number, count: number, rate: number, epsilon: number): void;
  rmsprop(x: number, g: number, s: number, count: number, rate: number, decay: number, epsilon: number): void;
  adam(
    x: number,
    g: number,
    m: number,
    v: number,
    count: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
  ): void;
}

/** How the windows of a convolution lie on maps, in pixels; C channels. The first window begins at (-top, -left). */
export type WindowArguments = readonly [
  height: number,
  width: number,
  C: number,
  kernel: number,
  stride: number,
  top: number,
  left: number,
  outHeight: number,
  outWidth: number,
];

/**
 * Two builds of the same sources: `relaxed` multiplies and adds in one instruction, rounded once, where the processor has
 * one (WebAssembly's relaxed SIMD: Node 21 and later, browsers since 2023); `plain` gives the same bits everywhere.
 */
export type KernelBuild = 'plain' | 'relaxed';

/** A module of one function that calls f32x4.relaxed_madd. */
const RELAXED = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0], // "\0asm", version 1; one function () -> v128:
  ...[10, 19, 1, 17, 0, 65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11], // madd of three i32x4.splat(0)
);

/** The fastest build that can be compiled here. */
export function fastestBuild(): KernelBuild {
  return WebAssembly.validate(RELAXED) ? 'relaxed' : 'plain';
}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/**
 * The compiled module, to be instantiated on the memory of an arena: by its engine, and by each worker thread.
 *
 * @param shared whether that memory is shared
 */
export function compileKernels(shared = true, build: KernelBuild = fastestBuild()): Promise<WebAssembly.Module> {
  const file = inPackage(`dist/kernels${shared ? '' : '-unshared'}${build === 'plain' ? '' : '-relaxed'}.wasm`);
  const module = compiled.get(file) ?? compile(file);
  compiled.set(file, module);
  return module;
}

async function compile(file: string): Promise<WebAssembly.Module> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readBytes(file);
  } catch (cause) {
    throw new Error(`the kernels are not built (${file}): run \`npm run build\``, { cause });
  }
  return WebAssembly.compile(bytes);
}

export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}
