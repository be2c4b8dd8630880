/** Which models a server has: folders by ids, which are the folders' names. Knows no request. */
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import * as v from 'valibot';
import { UsageError } from '../base/errors.ts';
import { readConfig } from '../model/model-folder.ts';
import { ApiError } from './errors.ts';

/** What a model is for. */
export type ModelKind = 'captioner' | 'language' | 'sequence';

export interface ServedModel {
  id: string;
  kind: ModelKind;
  folder: string;
  /** When its config was written, in seconds since 1970. */
  created: number;
  /** Whether a labeller's sequences are pictures, seen by a CNN. */
  seesPictures: boolean;
}

/** What the kinds of models are called in their configs, and in words. */
const KINDS: Readonly<Record<ModelKind, { config: string; words: string }>> = {
  captioner: { config: 'caption', words: 'a captioner of `caption train`' },
  language: { config: 'language', words: 'a language model of `lm train`' },
  sequence: { config: 'sequence', words: 'a labeller of `seq train`' },
};

/** The models of a server, by their ids. */
export class Models {
  readonly #byId = new Map<string, ServedModel>();

  /**
   * Finds the models in folders.
   *
   * @throws UsageError when two have the same name; InputError when a folder holds no model, or one of another kind
   */
  static async find(folders: Readonly<Record<ModelKind, readonly string[]>>): Promise<Models> {
    const models = new Models();
    for (const kind of Object.keys(KINDS) as ModelKind[]) {
      for (const folder of folders[kind]) models.#add(await modelIn(folder, kind));
    }
    return models;
  }

  #add(model: ServedModel): void {
    const other = this.#byId.get(model.id);
    if (other) {
      throw new UsageError(`two models are called ${model.id}`, {
        found: `${other.folder} and ${model.folder}`,
        advice: 'Clients choose a model by the name of its folder: give one of them another name.',
      });
    }
    this.#byId.set(model.id, model);
  }

  get all(): ServedModel[] {
    return [...this.#byId.values()];
  }

  /** Folders by ids, of one kind; @param filter of those wanted */
  foldersOf(kind: ModelKind, filter: (model: ServedModel) => boolean = () => true): Map<string, string> {
    const ofKind = this.all.filter((model) => model.kind === kind && filter(model));
    return new Map(ofKind.map(({ id, folder }) => [id, folder]));
  }

  /** A model by its id. @throws ApiError 404 where there is none */
  get(id: string): ServedModel {
    const model = this.#byId.get(id);
    if (!model)
      throw new ApiError(404, 'model_not_found', `There is no model ${id}; GET /v1/models lists those there are.`);
    return model;
  }

  /**
   * The model of a kind that a request asks for.
   *
   * @param id absent for the first of its kind
   * @throws ApiError 404 where there is none
   */
  choose(kind: ModelKind, id: string | undefined): ServedModel {
    const model = id === undefined ? this.all.find((one) => one.kind === kind) : this.get(id);
    const { words } = KINDS[kind];
    if (!model) throw new ApiError(404, 'model_not_found', `The server was started without ${words}.`);
    if (model.kind === kind) return model;
    throw new ApiError(404, 'model_not_found', `The model ${model.id} is ${KINDS[model.kind].words}, not ${words}.`);
  }
}

async function modelIn(folder: string, kind: ModelKind): Promise<ServedModel> {
  const { config, words } = KINDS[kind];
  const message = `the model in ${folder} is not ${words}`;
  const { cnn } = await readConfig(
    folder,
    v.object({ kind: v.literal(config, message), cnn: v.optional(v.unknown()) }),
  );
  const { mtimeMs } = await stat(join(folder, 'config.json'));
  return {
    id: basename(resolve(folder)),
    kind,
    folder,
    created: Math.floor(mtimeMs / 1000),
    seesPictures: cnn !== undefined,
  };
}
