/** Reads what the page holds as data, as `cellsPage` of src/language/cells has written it. */
import { BLOCKS, type CellsPageData } from '../../language/cells/page-data.ts';
import { Explorer } from './explorer.ts';
import { PageText } from './page-text.ts';

/** Blocks that are decompressed at once. */
const TOGETHER = 8;

/** @param onProgress called with the share of the cells that is read */
export async function readPageData(onProgress: (share: number) => void): Promise<Explorer> {
  const data = JSON.parse(textOf(BLOCKS.data)) as CellsPageData;
  const [text, lengths, ...tracks] = await Promise.all([
    bytesOf(BLOCKS.text),
    bytesOf(BLOCKS.lengths),
    ...data.tracks.map((_, i) => bytesOf(BLOCKS.track(i))),
  ]);
  const values: Int8Array[] = [];
  while (values.length < data.cells.length) {
    onProgress(values.length / data.cells.length);
    const ids = data.cells.slice(values.length, values.length + TOGETHER).map((_, i) => BLOCKS.cell(values.length + i));
    values.push(...(await Promise.all(ids.map(bytesOf))).map(({ buffer }) => new Int8Array(buffer)));
  }
  return new Explorer(
    data,
    new PageText(new TextDecoder('utf-8', { ignoreBOM: true }).decode(text), new Uint32Array(lengths!.buffer)),
    values,
    data.tracks.map((name, i) => ({ name, values: tracks[i]! })),
  );
}

/** The text of an element of the page, which is no longer kept there. */
function textOf(id: string): string {
  const element = document.getElementById(id)!; // is in the page
  const text = element.textContent;
  element.remove();
  return text;
}

async function bytesOf(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const binary = atob(textOf(id));
  const compressed = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) compressed[i] = binary.charCodeAt(i);
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
