/**
 * MobileNetV2's inverted residual block (Sandler et al. 2018, section 3.3): 1 × 1 pixels to many channels, a depthwise
 * convolution, 1 × 1 pixels back to few, and what was read added where that has the same shape. It knows no network.
 *
 * N pictures, C channels that are read, E in between, O that are written.
 */
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import type { WorkingMemory } from '../compute/workspace.ts';
import { Convolution } from './convolution.ts';
import { DepthwiseConvolution } from './depthwise-convolution.ts';
import {
  type Band,
  bandsOn,
  type FeatureMaps,
  type MapGradients,
  type MapSize,
  pictureCount,
  pictureGroups,
  pictureRange,
  type Windows,
} from './feature-maps.ts';
import type { Parameter } from './parameter.ts';

export interface BlockShape extends Windows {
  /** First part of the parameters' names. */
  name: string;
  /** C. */
  inputs: number;
  /** E / C; with 1 the block has no expansion. */
  expansion: number;
  /** O. */
  outputs: number;
}

/** Maps between the layers of a block, of N pictures. */
export interface MapsBetween {
  /** What the depthwise convolution reads, E channels. */
  expanded: FeatureMaps;
  /** What it writes. */
  filtered: FeatureMaps;
}

export class InvertedResidual {
  readonly shape: BlockShape;
  readonly #engine: Engine;
  readonly expand: Convolution | undefined;
  readonly depthwise: DepthwiseConvolution;
  readonly project: Convolution;

  constructor(engine: Engine, shape: BlockShape) {
    const { name, kernel, stride, inputs, expansion, outputs } = shape;
    const channels = inputs * expansion;
    const pointwise = { kernel: 1, stride: 1 };
    this.shape = shape;
    this.#engine = engine;
    this.expand =
      expansion > 1
        ? new Convolution(engine, { name: `${name}.expand`, ...pointwise, inputs, outputs: channels, relu6: true })
        : undefined;
    this.depthwise = new DepthwiseConvolution(engine, {
      name: `${name}.depthwise`,
      kernel,
      stride,
      channels,
      relu6: true,
    });
    this.project = new Convolution(engine, {
      name: `${name}.project`,
      ...pointwise,
      inputs: channels,
      outputs,
      relu6: false,
    });
  }

  get parameters(): Parameter[] {
    return [this.expand, this.depthwise, this.project].flatMap((layer) => layer?.parameters ?? []);
  }

  /** Of the result for maps of a size. */
  sizeOf(maps: MapSize): MapSize {
    return this.depthwise.sizeOf(maps);
  }

  /**
   * @param y the result's values, [N · height · width, O] of `sizeOf(x)`
   * @param workspace for maps in between, which may be that of other blocks too
   * @param kept where these maps are to stay for `backward`, see `between`
   */
  forward(y: Matrix, x: FeatureMaps, workspace: WorkingMemory, kept?: MapsBetween): void {
    const { height, width } = this.sizeOf(x);
    const pixels = height * width;
    const { channels } = this.depthwise.shape;
    for (const { from, to } of pictureGroups(pictureCount(x), x.height * x.width * channels)) {
      const read = pictureRange(x, from, to);
      const written = y.rowRange(from * pixels, to * pixels);
      const bands = this.expand && !kept ? bandsOn(x, this.shape, channels) : [];
      if (bands.length > 1) {
        this.#inBands(written, read, bands, workspace);
        continue;
      }
      const between = kept ? rangeBetween(kept, from, to) : this.between(read, workspace);
      this.#forwardTo(between, read, workspace);
      const residual = this.#isResidual ? read.values : undefined;
      this.project.forward(written, between.filtered, workspace, residual);
    }
  }

  /** `forward` for the large maps of one picture. */
  #inBands(y: Matrix, x: FeatureMaps, bands: readonly Band[], workspace: WorkingMemory): void {
    const { width } = this.sizeOf(x);
    const { channels } = this.depthwise.shape;
    const most = mostLines(bands);
    const expandedRoom = workspace.matrix('expanded', most.read * x.width, channels);
    const filteredRoom = workspace.matrix('filtered', most.written * width, channels);
    for (const { read, written, windows } of bands) {
      const [readLines, writtenLines] = [read.to - read.from, written.to - written.from];
      const values = x.values.rowRange(read.from * x.width, read.to * x.width);
      const expanded = { values: expandedRoom.rowRange(0, readLines * x.width), height: readLines, width: x.width };
      this.expand!.forward(expanded.values, { ...expanded, values }, workspace);
      const filtered = { values: filteredRoom.rowRange(0, writtenLines * width), height: writtenLines, width };
      this.depthwise.forward(filtered.values, expanded, windows);
      const rows = [written.from * width, written.to * width] as const;
      const residual = this.#isResidual ? x.values.rowRange(...rows) : undefined;
      this.project.forward(y.rowRange(...rows), filtered, workspace, residual);
    }
  }

  /**
   * Adds to the gradients of its layers from that of y, and sets that of x where it is wanted. The maps in between, which
   * are many times as large as x, are computed again where they were not kept (Chen et al. 2016).
   *
   * @param workspace as in `forward`
   * @param kept that the last `forward` was given
   */
  backward({ x, dy, dx }: Omit<MapGradients, 'y'>, workspace: WorkingMemory, kept?: MapsBetween): void {
    const { height, width } = this.sizeOf(x);
    const pixels = height * width;
    const { channels } = this.depthwise.shape;
    for (const { from, to } of pictureGroups(pictureCount(x), 2 * x.height * x.width * channels)) {
      const read = pictureRange(x, from, to);
      const dWritten = dy.rowRange(from * pixels, to * pixels);
      const dRead = dx && pictureRange({ ...x, values: dx }, from, to).values;
      const between = kept ? rangeBetween(kept, from, to) : this.between(read, workspace);
      if (!kept) this.#forwardTo(between, read, workspace);
      const { expanded, filtered } = between;

      const dFiltered = workspace.matrix('filtered gradient', dWritten.rows, channels);
      this.project.backward({ x: filtered, dy: dWritten, dx: dFiltered }, workspace);
      const dExpanded = this.expand ? workspace.matrix('expanded gradient', read.values.rows, channels) : dRead;
      this.depthwise.backward({ x: expanded, y: filtered.values, dy: dFiltered, dx: dExpanded }, workspace);
      this.expand?.backward({ x: read, y: expanded.values, dy: dExpanded!, dx: dRead }, workspace);
      if (dRead && this.#isResidual) this.#engine.kernels.add(dRead.offset, dWritten.offset, dRead.size);
    }
  }

  /** Room for the maps in between of what is read. */
  between(x: FeatureMaps, workspace: WorkingMemory): MapsBetween {
    const { channels } = this.depthwise.shape;
    const { height, width } = this.sizeOf(x);
    const filtered = workspace.matrix('filtered', pictureCount(x) * height * width, channels);
    const expanded = this.expand ? workspace.matrix('expanded', x.values.rows, channels) : x.values;
    return { expanded: { ...x, values: expanded }, filtered: { values: filtered, height, width } };
  }

  /** Floats of the maps in between of a picture. */
  floatsBetween({ height, width }: MapSize): number {
    const { channels } = this.depthwise.shape;
    const result = this.sizeOf({ height, width });
    return ((this.expand ? height * width : 0) + result.height * result.width) * channels;
  }

  /** As `Convolution.pack`. */
  pack(maps: MapSize): void {
    this.expand?.pack(maps);
    this.project.pack(this.sizeOf(maps));
  }

  /** As `Convolution.packInPlace`. */
  packInPlace(): void {
    this.expand?.packInPlace();
    this.project.packInPlace();
  }

  /** As `Convolution.needs`. */
  needs(maps: MapSize): number[] {
    const { channels } = this.depthwise.shape;
    const { height, width } = this.sizeOf(maps);
    if (!this.expand) return [height * width * channels];
    const most = mostLines(bandsOn(maps, this.shape, channels));
    return [most.read * maps.width * channels, most.written * width * channels];
  }

  get #isResidual(): boolean {
    const { stride, inputs, outputs } = this.shape;
    return stride === 1 && inputs === outputs;
  }

  #forwardTo({ expanded, filtered }: MapsBetween, x: FeatureMaps, workspace: WorkingMemory): void {
    this.expand?.forward(expanded.values, x, workspace);
    this.depthwise.forward(filtered.values, expanded);
  }
}

function rangeBetween({ expanded, filtered }: MapsBetween, from: number, to: number): MapsBetween {
  return { expanded: pictureRange(expanded, from, to), filtered: pictureRange(filtered, from, to) };
}

/** How many lines the largest of bands reads and writes. */
function mostLines(bands: readonly Band[]): { read: number; written: number } {
  return {
    read: Math.max(...bands.map(({ read }) => read.to - read.from)),
    written: Math.max(...bands.map(({ written }) => written.to - written.from)),
  };
}
