import { readFile } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import {
  ATTENTION_ADDRESSES,
  ATTENTION_SIZES,
  attendBackward,
  attendForward,
} from '../../src/compute/attention-call.ts';
import type { Kernels } from '../../src/compute/kernels.ts';
import { wasm } from '../nn/engines.ts';

const calls = { attendForward, attendBackward };
const names = Object.keys(calls) as (keyof typeof calls)[];

describe.each(names)('%s', (kernel) => {
  const order = [...Object.keys(ATTENTION_ADDRESSES[kernel]), ...ATTENTION_SIZES];

  test('has the arguments of the kernel, in its order', async () => {
    const source = await readFile(new URL('../../src/compute/kernels/attention.ts', import.meta.url), 'utf8');
    const parameters =
      source.match(`export function ${kernel}\\(([^)]*)\\)`)?.[1]?.matchAll(/(\w+): (usize|i32)/g) ?? [];
    expect([...parameters].map(([, name]) => name)).toEqual(order);
    expect(wasm.kernels[kernel]).toBeTypeOf('function');
  });

  test('calls it by the names, in whatever order they are given', () => {
    const given = Object.fromEntries(order.map((name, i) => [name, 10 + i]).toReversed());
    const called = vi.fn();
    calls[kernel]({ [kernel]: called } as unknown as Kernels, given as never);
    expect(called).toHaveBeenCalledExactlyOnceWith(...order.map((_, i) => 10 + i));
  });
});
