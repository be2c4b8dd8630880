/** A trained language model of texts, with the tokens it reads and writes. Knows no files but those of its folder. */
import type { Engine } from '../compute/engine.ts';
import type { LanguageModel } from '../model/language-model.ts';
import { loadModel, saveModel } from '../model/model-folder.ts';
import { type Tokenizer, tokenizers } from '../text/tokenizer.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { type LanguageConfig, languageConfigSchema } from './config.ts';

export class TextModel {
  readonly config: LanguageConfig;
  readonly vocabulary: Vocabulary;
  readonly model: LanguageModel;

  constructor(config: LanguageConfig, vocabulary: Vocabulary, model: LanguageModel) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.model = model;
  }

  /**
   * Reads the model in a folder of `lm train`.
   *
   * @throws InputError that names the file at fault
   */
  static async load(folder: string, engine: Engine): Promise<TextModel> {
    const { config, vocabulary, model } = await loadModel(folder, engine, languageConfigSchema);
    return new TextModel(config, vocabulary, model);
  }

  /**
   * Writes the model's folder, with these scores.
   *
   * @throws InputError when a file can't be written
   */
  async save(folder: string, scores: LanguageConfig['scores'] = this.config.scores): Promise<void> {
    const { config, vocabulary, model } = this;
    await saveModel(folder, { config: { ...config, scores }, vocabulary, model });
  }

  /** What cuts a text into the model's tokens. */
  get tokenizer(): Tokenizer {
    return tokenizers[this.config.level];
  }
}
