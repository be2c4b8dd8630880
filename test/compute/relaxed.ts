/** Relaxed SIMD for tests under Node 20, which has it behind a flag. */
import v8 from 'node:v8';

const hasFlag = Number(process.versions.node.split('.')[0]) < 21;

/** What is compiled meanwhile may have relaxed SIMD; afterwards this process has what it had before. */
export async function withRelaxedSimd<Result>(compile: () => Promise<Result>): Promise<Result> {
  if (hasFlag) v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  try {
    return await compile();
  } finally {
    if (hasFlag) v8.setFlagsFromString('--no-experimental-wasm-relaxed-simd');
  }
}
