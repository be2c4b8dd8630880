/** A trained captioner: feature vectors become captions. Does not know the CNN that the vectors come from. */
import { deleteFile, fileIn } from '../base/files.ts';
import { runAtOnce, type Steps } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import type { StepFunction } from '../decoding/step.ts';
import type { LanguageModel } from '../model/language-model.ts';
import { loadModel, readConfig, type SaveModelOptions, saveConfig, saveModel } from '../model/model-folder.ts';
import {
  type Standardisation,
  standardisationOf,
  standardisationTensors,
  standardise,
} from '../model/standardisation.ts';
import { createStepper } from '../model/stepper.ts';
import type { TokenBatch } from '../model/token-batch.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { CNN_FOLDER, type CnnFiles, readCnnFiles, writeCnnFiles } from '../vision/cnn-files.ts';
import { type CaptionExample, type Seen, tokenBatch } from './batch.ts';
import {
  type Caption,
  type CaptionSampling,
  type CaptionWriter,
  type DecodingOptions,
  decodingDefaults,
} from './caption.ts';
import { CONFIDENCE_FILES, type ConfidenceFile } from './confidence/calibration.ts';
import type { Confidence } from './confidence/confidence.ts';
import { confidenceConfig, readConfidence, writeConfidence } from './confidence/store.ts';
import { type CaptionConfig, captionConfigSchema } from './config.ts';
import { chooseLanguage, languagesOf } from './languages.ts';
import { type PictureFeatures, type PictureMaps, pictureFeatures } from './picture-features.ts';
import { specialIds } from './vocabulary.ts';
import { ROWS, writeCaptionsSteps } from './write.ts';
import { writeRatedCaptionsSteps } from './write-rated.ts';

/** A model with the vocabulary, the standardisation and the config that using it takes. */
export class Captioner implements CaptionWriter {
  readonly config: CaptionConfig;
  readonly vocabulary: Vocabulary;
  readonly model: LanguageModel;
  readonly standardisation: Standardisation;
  /** How sure it may be of its captions. What changes its weights takes the calibration away. */
  confidence: Confidence | undefined;
  /** The CNN that has learned with it and is saved with it; none where its CNN is one that all share. */
  cnn: (() => Promise<CnnFiles>) | undefined;
  /** How the cells of maps are standardised, where it attends to maps. */
  readonly mapStandardisation: Standardisation | undefined;
  readonly #begin: ReturnType<typeof createStepper>;

  /** @param mapStandardisation where it attends to maps. `confidence` and `cnn`, which may change, are set afterwards */
  constructor(
    config: CaptionConfig,
    vocabulary: Vocabulary,
    model: LanguageModel,
    standardisation: Standardisation,
    mapStandardisation?: Standardisation,
  ) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.model = model;
    this.standardisation = standardisation;
    this.mapStandardisation = mapStandardisation;
    this.#begin = createStepper(model, ROWS);
  }

  /** The tags of the languages that it writes, the first of them by default; none where it was trained without. */
  get languages(): string[] {
    return languagesOf(this.vocabulary);
  }

  /**
   * Reads the captioner in a folder.
   *
   * @throws InputError that names the file at fault
   */
  static async load(folder: string, engine: Engine): Promise<Captioner> {
    const { config, vocabulary, model, extra } = await loadModel(folder, engine, captionConfigSchema);
    specialIds(vocabulary, { name: `the vocabulary in ${folder}` }); // a vocabulary without them is refused here
    const { condition, memory } = config.shape;
    const standardisation = standardisationOf(extra, condition, folder, 'features');
    const ofMaps = memory === undefined ? undefined : standardisationOf(extra, memory, folder, 'maps');
    const captioner = new Captioner(config, vocabulary, model, standardisation, ofMaps);
    if (config.confidence) captioner.confidence = await readConfidence(folder, config.confidence, config.shape);
    const { key, folder: cnn } = config.pictures;
    if (cnn !== undefined) captioner.cnn = () => readCnnFiles(fileIn(folder, cnn), key);
    return captioner;
  }

  /**
   * Writes the captioner's folder, with these scores.
   *
   * @param options `half` stores the weights in half precision
   * @throws InputError when a file can't be written
   */
  async save(
    folder: string,
    scores: CaptionConfig['scores'] = this.config.scores,
    { half = false }: Pick<SaveModelOptions, 'half'> = {},
  ): Promise<void> {
    const { vocabulary, model, standardisation, mapStandardisation, confidence } = this;
    const extra = [
      ...standardisationTensors(standardisation, 'features'),
      ...(mapStandardisation ? standardisationTensors(mapStandardisation, 'maps') : []),
    ];
    const cnn = await this.cnn?.();
    const [file, other] = CONFIDENCE_FILES;
    if (confidence) await writeConfidence(folder, confidence, file);
    if (cnn) await writeCnnFiles(fileIn(folder, CNN_FOLDER), cnn);
    const pictures = cnn && { ...this.config.pictures, key: cnn.key, folder: CNN_FOLDER };
    const config = this.#configWith(file, { scores, ...(pictures && { pictures }) });
    await saveModel(folder, { config, vocabulary, model }, { extra, half });
    await deleteFile(fileIn(folder, other));
  }

  /**
   * Writes how sure it may be into its folder, where all else stays as it is: at once, whenever the process is killed.
   *
   * @throws InputError as `save` does
   */
  async saveConfidence(folder: string): Promise<void> {
    const inUse = (await readConfig(folder, captionConfigSchema)).confidence?.file;
    const file = CONFIDENCE_FILES.find((name) => name !== inUse)!;
    if (this.confidence) await writeConfidence(folder, this.confidence, file);
    await saveConfig(folder, this.#configWith(file, {}));
    if (inUse) await deleteFile(fileIn(folder, inUse));
  }

  #configWith(file: ConfidenceFile, changes: Partial<CaptionConfig>): CaptionConfig {
    const { confidence: _, ...config } = this.config;
    const confidence = this.confidence && confidenceConfig(this.confidence, file);
    return { ...config, ...changes, ...(confidence && { confidence }) };
  }

  /**
   * Writes captions for N pictures.
   *
   * @param features as the CNN gives them, vectors [N, D], and maps where it has a `grid`; not changed
   * @returns at least one caption for each picture, best first; those of beam search are different
   * @throws UsageError as `checkDecoding` does; InputError when the features are not those of whole pictures
   */
  describe(
    features: Float32Array | PictureFeatures,
    options: DecodingOptions | CaptionSampling = decodingDefaults,
  ): Caption[][] {
    return runAtOnce(this.describeSteps(features, options));
  }

  /** `describe`, a few tokens at a time. */
  describeSteps(
    features: Float32Array | PictureFeatures,
    options: DecodingOptions | CaptionSampling = decodingDefaults,
  ): Steps<Caption[][]> {
    const begin = (some: PictureFeatures) => this.begin(some);
    return writeRatedCaptionsSteps({ ...this.#sizes, begin }, [this.confidence], pictureFeatures(features), options);
  }

  /**
   * `describeSteps` for vectors that are standardised already, as those of a training are, without confidence; maps are as
   * the CNN gives them.
   *
   * @param costsOf what words cost in a search, if they do, by the number of the picture, see `BeamSearchOptions.costs`
   */
  describeStandardisedSteps(
    features: Float32Array | PictureFeatures,
    options: DecodingOptions | CaptionSampling,
    costsOf?: (picture: number) => Float32Array,
  ): Steps<Caption[][]> {
    const begin = (some: PictureFeatures) => this.#beginStandardised(some);
    return writeCaptionsSteps({ ...this.#sizes, begin, costsOf }, pictureFeatures(features), options);
  }

  /**
   * A step function for up to 192 captions of N pictures, by their features, which are not changed.
   *
   * @throws RangeError without maps where it attends to them
   */
  begin(features: Float32Array | PictureFeatures): StepFunction {
    const { vectors, maps } = pictureFeatures(features);
    const standardised = vectors.slice();
    standardise(standardised, this.standardisation);
    return this.#beginStandardised({ vectors: standardised, maps });
  }

  #beginStandardised({ vectors, maps }: PictureFeatures): StepFunction {
    const sources = vectors.length / this.config.shape.condition;
    const places = this.placesOf(sources, maps);
    return this.#begin({ condition: vectors, ...(places && { places: { vectors: places, sources } }) });
  }

  attentionOf(features: PictureFeatures, ids: readonly number[]): number[][] | undefined {
    const { attention } = this.model;
    if (!attention) return undefined;
    const step = this.begin(features);
    return ids.map((id) => {
      step([id], [0]);
      return [...attention.weights.data];
    });
  }

  /** What it attends to in the maps of N pictures, standardised [N, G · G, D]; undefined where it attends to nothing. */
  placesOf(N: number, maps: PictureMaps | undefined): Float32Array | undefined {
    if (this.grid === undefined) return undefined;
    if (maps?.grid !== this.grid) {
      throw new RangeError(
        `a captioner that attends to maps of ${this.grid} × ${this.grid}: found ${maps?.grid ?? 'none'}`,
      );
    }
    const places = new Float32Array(N * this.mapSize);
    for (let n = 0; n < N; n++) maps.read(n, places.subarray(n * this.mapSize, (n + 1) * this.mapSize));
    standardise(places, this.mapStandardisation!);
    return places;
  }

  /** A batch of examples, longest first. @param seenBy as `tokenBatch` takes it, vectors standardised and maps not */
  batchOf(examples: readonly CaptionExample[], seenBy: (example: CaptionExample) => Seen): TokenBatch {
    const batch = tokenBatch(examples, this.config.shape.condition, seenBy, this.mapSize);
    if (batch.places) standardise(batch.places, this.mapStandardisation!);
    return batch;
  }

  get grid(): number | undefined {
    return this.config.pictures.grid;
  }

  /** Values of a map that it attends to; 0 where it attends to none. */
  get mapSize(): number {
    return (this.grid ?? 0) ** 2 * (this.config.shape.memory ?? 0);
  }

  isCalibrated(language?: string): boolean {
    const chosen = chooseLanguage(this.vocabulary, language);
    return this.confidence?.languages.get(chosen)?.calibration !== undefined;
  }

  get #sizes() {
    return { vocabulary: this.vocabulary, D: this.config.shape.condition };
  }
}
