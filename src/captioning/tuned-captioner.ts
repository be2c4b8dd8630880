/**
 * A captioner and the last layers of its CNN as one model, which the trainer updates together: from the maps of the frozen
 * layers to features, to captions, and back. It knows neither files nor what the CNN is.
 *
 * N captions of a batch, D features.
 */
import { partOf, type Steps } from '../base/steps.ts';
import { copyRows, type Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import type { LanguageModel, TokenBatch, TrainingNoise } from '../model/language-model.ts';
import type { Loss } from '../model/softmax-output.ts';
import { type Standardisation, standardise } from '../model/standardisation.ts';
import type { UpdateRule } from '../nn/optimizer.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { StackState } from '../nn/state.ts';
import type { TrainableModel } from '../training/task.ts';
import type { FrozenMaps } from '../vision/frozen-maps.ts';
import type { LearnedPart } from '../vision/network.ts';

/** A view of a picture: 0 as it is, others at random. */
export interface PictureView {
  file: string;
  view: number;
}

export interface TunedBatch extends Omit<TokenBatch, 'condition'> {
  /** What each of the N captions describes. */
  pictures: readonly PictureView[];
}

/** Floats that the pictures may take which go through the learned layers together: 0.5 GB. */
const ROOM = 2 ** 27;

export class TunedCaptioner implements TrainableModel<TunedBatch> {
  readonly engine: Engine;
  readonly updateRules: ReadonlyMap<Parameter, UpdateRule>;
  readonly #model: LanguageModel;
  readonly #standardisation: Standardisation;
  readonly #learned: LearnedPart;
  readonly #maps: FrozenMaps;
  readonly #workspace: Workspace;
  /** How many pictures go through the learned layers together. */
  readonly #atOnce: number;

  /**
   * @param rule of the updates of the CNN's filters; its biases do not decay
   * @param room floats that pictures may take which go through the learned layers together
   */
  constructor(
    { model, standardisation }: { model: LanguageModel; standardisation: Standardisation },
    learned: LearnedPart,
    maps: FrozenMaps,
    { rate, decay }: Required<UpdateRule>,
    room = ROOM,
  ) {
    this.engine = model.engine;
    this.#model = model;
    this.#standardisation = standardisation;
    this.#learned = learned;
    this.#maps = maps;
    this.#workspace = new Workspace(this.engine.arena);
    this.#atOnce = Math.max(1, Math.floor(room / learned.floatsOf(maps.size)));
    this.updateRules = new Map(
      learned.parameters.map((parameter) => [parameter, { rate, decay: parameter.value.rows > 1 ? decay : 0 }]),
    );
  }

  get parameters(): Parameter[] {
    return [...this.#model.parameters, ...this.#learned.parameters];
  }

  get choices(): number {
    return this.#model.choices;
  }

  get size(): number {
    return this.parameters.reduce((sum, { value }) => sum + value.size, 0);
  }

  newState(batch: number): StackState {
    return this.#model.newState(batch);
  }

  /**
   * The loss of a batch, and the gradients of all parameters. Where the pictures of a batch do not go through the learned
   * layers together, they go forwards twice, so that only the maps of some are in memory.
   */
  *lossAndGradientsSteps(batch: TunedBatch, state: StackState, noise: TrainingNoise = {}): Steps<Loss> {
    const { pictures } = batch;
    const N = pictures.length;
    const D = this.#model.shape.condition;
    const groups = this.#groupsOf(pictures);

    const condition = new Float32Array(N * D);
    for (const [i, group] of groups.entries()) {
      if (i > 0) yield (0.3 * i) / groups.length;
      const features = this.#features(group);
      for (const [row, { captions }] of group.entries()) {
        for (const n of captions) condition.set(features.subarray(row * D, (row + 1) * D), n * D);
      }
    }
    const dCondition = this.#workspace.matrix('dCondition', N, D);
    const model = this.#model.lossAndGradientsSteps({ ...batch, condition }, state, noise, undefined, dCondition);
    const loss = yield* partOf(model, 0.3, 0.5);

    for (const { gradient } of this.#learned.parameters) gradient.data.fill(0);
    for (const [i, group] of groups.entries()) {
      yield 0.5 + (0.5 * i) / groups.length;
      if (groups.length > 1) this.#features(group);
      this.#learned.backward(this.#featureGradients(group, dCondition));
    }
    return loss;
  }

  /** The standardised features [N, D] of pictures as they are, for validations. */
  *featuresSteps(files: readonly string[]): Steps<Float32Array> {
    const D = this.#model.shape.condition;
    const features = new Float32Array(files.length * D);
    for (let from = 0; from < files.length; from += this.#atOnce) {
      yield from / files.length;
      const group = files.slice(from, from + this.#atOnce).map((file) => ({ file, view: 0 }));
      features.set(this.#features(group), from * D);
    }
    return features;
  }

  /** The different views of a batch, each with the captions that describe it, as many in a group as go together. */
  #groupsOf(pictures: readonly PictureView[]) {
    const views = new Map<string, PictureView & { captions: number[] }>();
    for (const [n, { file, view }] of pictures.entries()) {
      const key = `${view} ${file}`;
      const found = views.get(key);
      if (found) found.captions.push(n);
      else views.set(key, { file, view, captions: [n] });
    }
    const distinct = [...views.values()];
    return Array.from({ length: Math.ceil(distinct.length / this.#atOnce) }, (_, i) =>
      distinct.slice(i * this.#atOnce, (i + 1) * this.#atOnce),
    );
  }

  /** Takes views through the learned layers; their standardised features. */
  #features(views: readonly PictureView[]): Float32Array {
    const { height, width, channels } = this.#maps.size;
    const pixels = height * width;
    const values = this.#workspace.matrix('maps', views.length * pixels, channels);
    for (const [n, { file, view }] of views.entries()) {
      this.#maps.read(values.rowRange(n * pixels, (n + 1) * pixels), file, view);
    }
    const features = this.#learned.forward({ height, width, values }).data.slice();
    standardise(features, this.#standardisation);
    return features;
  }

  /** Of the features as the CNN gives them [views, D], summed over the captions of each view. */
  #featureGradients(views: readonly { captions: readonly number[] }[], dCondition: Matrix): Matrix {
    const { scale } = this.#standardisation;
    const D = dCondition.cols;
    const gradients = this.#workspace.matrix('dFeatures', views.length, D);
    for (const [row, { captions }] of views.entries()) {
      const [first, ...others] = captions;
      copyRows(gradients, row, dCondition, first!, 1);
      const target = gradients.rowRange(row, row + 1);
      for (const n of others) {
        this.engine.kernels.add(target.offset, dCondition.rowRange(n, n + 1).offset, D);
      }
      for (let d = 0; d < D; d++) target.data[d]! *= scale[d]!;
    }
    return gradients;
  }
}
