/** Token ids in a file: a text that was encoded once, read in pieces ever after, whatever its size. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { writeFileAtomically } from '../base/files.ts';
import type { Corpus } from './corpus.ts';

/** Bytes of the file that are kept in memory: all of a small text, the places where streams read of a large one. */
const BLOCK_BYTES = 1 << 16;
const MOST_BLOCKS = 2048;

type Ids = Uint8Array | Uint16Array | Uint32Array;

/** The smallest numbers that the ids of a vocabulary of V tokens fit into. */
function idsFor(V: number) {
  return V <= 1 << 8 ? Uint8Array : V <= 1 << 16 ? Uint16Array : Uint32Array;
}

/** Bytes that `tokens` ids take. */
export function bytesOfIds(tokens: number, V: number): number {
  return tokens * idsFor(V).BYTES_PER_ELEMENT;
}

/**
 * Writes the ids of a text, in the byte order of this machine.
 *
 * @param V size of the vocabulary
 * @throws InputError when the file can't be written
 */
export async function writeIds(file: string, pieces: AsyncIterable<ArrayLike<number>>, V: number): Promise<void> {
  const IdArray = idsFor(V);
  await writeFileAtomically(
    file,
    (async function* () {
      for await (const piece of pieces) yield new Uint8Array(IdArray.from(piece).buffer);
    })(),
  );
}

/** A corpus that must be closed. */
export interface OpenCorpus extends Corpus {
  close(): void;
}

/** Opens what `writeIds` wrote; the blocks that were read last stay in memory, up to 128 MB. */
export function openIds(file: string, V: number): OpenCorpus {
  const IdArray = idsFor(V);
  const perBlock = BLOCK_BYTES / IdArray.BYTES_PER_ELEMENT;
  const descriptor = openSync(file, 'r');
  /** By their numbers, the one that was read last at the end. */
  const blocks = new Map<number, Ids>();

  function block(index: number): Ids {
    let ids = blocks.get(index);
    blocks.delete(index);
    if (!ids) {
      const bytes = new Uint8Array(BLOCK_BYTES);
      const length = readSync(descriptor, bytes, 0, BLOCK_BYTES, index * BLOCK_BYTES);
      ids = new IdArray(bytes.buffer, 0, length / IdArray.BYTES_PER_ELEMENT);
      const [oldest] = blocks.keys();
      if (blocks.size >= MOST_BLOCKS && oldest !== undefined) blocks.delete(oldest);
    }
    blocks.set(index, ids);
    return ids;
  }

  return {
    length: fstatSync(descriptor).size / IdArray.BYTES_PER_ELEMENT,
    read(start, end) {
      const ids = new IdArray(Math.max(0, end - start));
      for (let at = start; at < end; ) {
        const index = Math.floor(at / perBlock);
        const [from, to] = [at - index * perBlock, Math.min(perBlock, end - index * perBlock)];
        const part = block(index).subarray(from, to);
        if (part.length === 0) throw new RangeError(`tokens ${start} to ${end} of a text that ends at ${at}`);
        ids.set(part, at - start);
        at += part.length;
      }
      return ids;
    },
    close: () => closeSync(descriptor),
  };
}
