/**
 * A captioner and the last layers of its CNN as one model, which the trainer updates together: from the maps of the frozen
 * layers to what the captioner sees, to captions, and back. It knows neither files nor what the CNN is.
 *
 * N captions of a batch, D features; a grid of G has G · G cells.
 */
import { partOf, type Steps } from '../../base/steps.ts';
import { copyRows, type Matrix } from '../../compute/arena.ts';
import type { Engine } from '../../compute/engine.ts';
import { Workspace } from '../../compute/workspace.ts';
import type { LanguageModel } from '../../model/language-model.ts';
import type { Loss } from '../../model/softmax-output.ts';
import { type Standardisation, standardise } from '../../model/standardisation.ts';
import type { InputGradients, TokenBatch, TrainingNoise } from '../../model/token-batch.ts';
import type { UpdateRule } from '../../nn/optimizer.ts';
import type { Parameter } from '../../nn/parameter.ts';
import type { StackState } from '../../nn/state.ts';
import type { TrainableModel } from '../../training/task.ts';
import type { CaptionedFeatures } from '../batch.ts';
import type { Captioner } from '../captioner.ts';
import { mapsInMemory } from '../with-maps.ts';
import type { PictureView, TunedFeatures } from './tuned-features.ts';

export interface TunedBatch extends Omit<TokenBatch, 'condition' | 'places'> {
  /** What each of the N captions describes. */
  pictures: readonly PictureView[];
}

/** A view with the captions that describe it, by their numbers. */
type DescribedView = PictureView & { captions: number[] };

export class TunedCaptioner implements TrainableModel<TunedBatch> {
  readonly engine: Engine;
  readonly updateRules: ReadonlyMap<Parameter, UpdateRule>;
  readonly #model: LanguageModel;
  readonly #standardisation: Standardisation;
  readonly #mapStandardisation: Standardisation | undefined;
  readonly #features: TunedFeatures;
  readonly #workspace: Workspace;

  /**
   * @param features on the grid of the captioner
   * @param rule of the updates of the CNN's filters; its biases do not decay
   */
  constructor(
    { model, standardisation, mapStandardisation }: Pick<Captioner, 'model' | 'standardisation' | 'mapStandardisation'>,
    features: TunedFeatures,
    { rate, decay }: Required<UpdateRule>,
  ) {
    this.engine = model.engine;
    this.#model = model;
    this.#standardisation = standardisation;
    this.#mapStandardisation = mapStandardisation;
    this.#features = features;
    this.#workspace = new Workspace(this.engine.arena);
    this.updateRules = new Map(
      features.parameters.map((parameter) => [parameter, { rate, decay: parameter.value.rows > 1 ? decay : 0 }]),
    );
  }

  get parameters(): Parameter[] {
    return [...this.#model.parameters, ...this.#features.parameters];
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
    const groups = this.#groupsOf(pictures);
    const seen = yield* partOf(this.#seenSteps(groups, pictures.length), 0, 0.3);
    const gradients = this.#inputGradients(pictures.length);
    const model = this.#model.lossAndGradientsSteps({ ...batch, ...seen }, state, noise, gradients);
    const loss = yield* partOf(model, 0.3, 0.5);

    for (const { gradient } of this.#features.parameters) gradient.data.fill(0);
    for (const [i, group] of groups.entries()) {
      yield 0.5 + (0.5 * i) / groups.length;
      if (groups.length > 1) this.#features.forward(group);
      this.#features.backward(this.#vectorGradients(group, gradients), this.#cellGradients(group, gradients));
    }
    return loss;
  }

  /** What each of N captions is of, standardised: of the last group the layers keep what they need to go back. */
  *#seenSteps(groups: readonly DescribedView[][], N: number): Steps<Pick<TokenBatch, 'condition' | 'places'>> {
    const D = this.#model.shape.condition;
    const mapSize = this.#features.cellsOfMap * D;
    const condition = new Float32Array(N * D);
    const places = mapSize > 0 ? new Float32Array(N * mapSize) : undefined;
    for (const [i, group] of groups.entries()) {
      yield i / groups.length;
      const { vectors, cells } = this.#features.forward(group);
      standardise(vectors, this.#standardisation);
      if (cells) standardise(cells, this.#mapStandardisation!);
      for (const [row, { captions }] of group.entries()) {
        for (const n of captions) {
          condition.set(vectors.subarray(row * D, (row + 1) * D), n * D);
          places?.set(cells!.subarray(row * mapSize, (row + 1) * mapSize), n * mapSize);
        }
      }
    }
    return { condition, places };
  }

  /** What the CNN gives by now for the pictures of a set, as they are, for a validation: the set gets it. */
  *refreshSteps(set: CaptionedFeatures): Steps<void> {
    const D = this.#model.shape.condition;
    const files = set.files!;
    const { vectors, cells } = yield* this.#features.picturesSteps(files, D);
    standardise(vectors, this.#standardisation);
    set.features.set(vectors);
    if (cells) set.maps = mapsInMemory(cells, files, this.#features.grid!);
  }

  /** Room for the gradients of what N captions see. */
  #inputGradients(N: number): InputGradients {
    const D = this.#model.shape.condition;
    const cells = this.#features.cellsOfMap;
    return {
      condition: this.#workspace.matrix('dCondition', N, D),
      places: cells > 0 ? this.#workspace.matrix('dPlaces', N * cells, D) : undefined,
    };
  }

  /** The different views of a batch, each with the captions that describe it, as many in a group as go together. */
  #groupsOf(pictures: readonly PictureView[]): DescribedView[][] {
    const { atOnce } = this.#features;
    const views = new Map<string, DescribedView>();
    for (const [n, { file, view }] of pictures.entries()) {
      const key = `${view} ${file}`;
      const found = views.get(key);
      if (found) found.captions.push(n);
      else views.set(key, { file, view, captions: [n] });
    }
    const distinct = [...views.values()];
    return Array.from({ length: Math.ceil(distinct.length / atOnce) }, (_, i) =>
      distinct.slice(i * atOnce, (i + 1) * atOnce),
    );
  }

  /** Of the vectors as the CNN gives them [views, D], summed over the captions of each view. */
  #vectorGradients(views: readonly DescribedView[], { condition }: InputGradients): Matrix {
    const sums = this.#workspace.matrix('dVectors', views.length, condition!.cols);
    return this.#sum(sums, views, condition!, this.#standardisation);
  }

  /** Of the cells as the CNN gives them [views · G · G, D], likewise. */
  #cellGradients(views: readonly DescribedView[], { places }: InputGradients): Matrix | undefined {
    if (!places) return undefined;
    const sums = this.#workspace.matrix('dCells', views.length * this.#features.cellsOfMap, places.cols);
    return this.#sum(sums, views, places, this.#mapStandardisation!);
  }

  /** Sums the gradients of what views have given over their captions, as they were before the standardisation. */
  #sum(sums: Matrix, views: readonly DescribedView[], ofCaptions: Matrix, { scale }: Standardisation): Matrix {
    const rows = sums.rows / views.length;
    const D = sums.cols;
    for (const [v, { captions }] of views.entries()) {
      const [first, ...others] = captions;
      copyRows(sums, v * rows, ofCaptions, first! * rows, rows);
      const sum = sums.rowRange(v * rows, (v + 1) * rows);
      for (const n of others) {
        this.engine.kernels.add(sum.offset, ofCaptions.rowRange(n * rows, (n + 1) * rows).offset, sum.size);
      }
      for (let i = 0; i < sum.size; i++) sum.data[i]! *= scale[i % D]!;
    }
    return sums;
  }
}
