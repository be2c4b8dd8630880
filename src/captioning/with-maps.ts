/** The maps of datasets' pictures, for captioners that attend to them, as long as they are in use. Knows no captioner. */
import { fromHalf } from '../base/half.ts';
import type { Cnn } from '../vision/cnn.ts';
import { gridMapSource } from '../vision/grid-maps.ts';
import { type MapEvents, StoredMaps } from '../vision/stored-maps.ts';
import type { CaptionedFeatures, StoredGrid } from './batch.ts';

/**
 * Gives sets the maps of their pictures, from the cache or by the CNN, while `use` is at work.
 *
 * @param grid of a captioner: without one the sets stay as they are
 * @param sets whose pictures are files; those that have features of mirror images get the maps of these too
 * @throws InputError when the CNN gives no maps, or the cache can't be written
 */
export async function withMaps<Result>(
  { cnn, grid }: { cnn: Cnn; grid: number | undefined },
  sets: readonly CaptionedFeatures[],
  events: MapEvents,
  use: () => Promise<Result>,
): Promise<Result> {
  if (grid === undefined) return use();
  const mirrored = filesOf(sets.filter((set) => set.mirrored));
  const pictures = [
    { files: [...mirrored], views: ['plain', 'mirrored'] as const },
    { files: [...filesOf(sets)].filter((file) => !mirrored.has(file)), views: ['plain'] as const },
  ].filter(({ files }) => files.length > 0);
  const maps = await StoredMaps.open(await gridMapSource(cnn, grid), pictures, events);
  for (const set of sets) set.maps = { grid, read: (...view) => maps.read(...view) };
  try {
    return await use();
  } finally {
    await maps.close();
  }
}

/** Maps in memory, as those in the cache are read. @param cells of the files in their order, [files · G · G, D] */
export function mapsInMemory(cells: Uint16Array, files: readonly string[], grid: number): StoredGrid {
  const size = cells.length / files.length;
  const rows = new Map(files.map((file, row) => [file, row]));
  return {
    grid,
    read(target, file) {
      const row = rows.get(file)!;
      fromHalf(cells.subarray(row * size, (row + 1) * size), target);
    },
  };
}

function filesOf(sets: readonly CaptionedFeatures[]): Set<string> {
  return new Set(sets.flatMap(({ files }) => files!));
}
