/**
 * The threads of a server: one that looks at pictures, some that write and read texts, one that reads the logs of
 * trainings. Knows no route.
 */
import { threadsAllowed } from '../base/platform.ts';
import { pictureLimits } from '../vision/pixels.ts';
import type { Models } from './models.ts';
import type { ServerLimits, ServerOptions } from './options.ts';
import type { LabellerInfo } from './work/labels.ts';
import type { CaptionerInfo, PictureWorks } from './work/pictures.ts';
import { WorkerPool } from './work/pool.ts';
import type { RunWorks } from './work/runs.ts';
import type { TextModelInfo, TextWorks } from './work/texts.ts';
import { WorkerThread } from './work/thread.ts';

/**
 * Threads that write texts, each its own: no token waits for another thread, which may have lost its processor to other
 * work for milliseconds, a hundred times as long as a step takes. Each has the models in its memory.
 */
const MOST_TEXT_THREADS = 4;

/** What the threads have loaded. */
interface LoadedModels {
  captioners: ReadonlyMap<string, CaptionerInfo>;
  languageModels: ReadonlyMap<string, TextModelInfo>;
  labellers: ReadonlyMap<string, LabellerInfo>;
  /** One line for the user: which matrix product is used. */
  notice: string | undefined;
}

export class ServerThreads {
  readonly pictures: WorkerThread<PictureWorks>;
  readonly texts: WorkerPool<TextWorks>;
  /** The folder of trainings, and what reads it; absent where none is shown. */
  readonly runs: { root: string; thread: WorkerThread<RunWorks> } | undefined;
  /** Rejected when a thread has ended by itself, a defect. */
  readonly failed: Promise<never>;
  readonly #models: Models;

  /** Starts the threads. @param runs the folder of trainings */
  constructor(models: Models, runs: string | undefined) {
    let fail!: (error: Error) => void;
    this.failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.failed.catch(() => {}); // where nobody listens
    const { languageModels, labellers } = textModelsOf(models);
    const count = languageModels.size + labellers.size > 0 ? Math.min(threadsAllowed(), MOST_TEXT_THREADS) : 1;
    this.pictures = new WorkerThread('pictures', fail);
    this.texts = new WorkerPool('texts', count, fail);
    this.runs = runs === undefined ? undefined : { root: runs, thread: new WorkerThread('runs', fail) };
    this.#models = models;
  }

  /** Loads the models, each in the thread that uses it. @throws InputError when one can't be loaded */
  async open(
    { blas, cnnBackend }: Pick<ServerOptions, 'blas' | 'cnnBackend'>,
    { bytes, pixels }: Pick<ServerLimits, 'bytes' | 'pixels'>,
  ): Promise<LoadedModels> {
    const models = this.#models;
    const [seeing, writing] = await Promise.all([
      this.pictures.call('open', {
        captioners: models.foldersOf('captioner'),
        labellers: models.foldersOf('sequence', ({ seesPictures }) => seesPictures),
        blas,
        cnnBackend,
        limits: { ...pictureLimits, bytes, pixels, seconds: 10 },
      }),
      this.texts.callAll('open', {
        ...textModelsOf(models),
        blas,
        threads: Math.floor(threadsAllowed() / this.texts.size),
      }),
    ]);
    return {
      captioners: seeing.captioners,
      languageModels: writing.languageModels,
      labellers: new Map([...writing.labellers, ...seeing.labellers]),
      notice: seeing.notice,
    };
  }

  /** Ends the threads; what they were doing is lost. */
  async close(): Promise<void> {
    await Promise.all([this.pictures.close(), this.texts.close(), this.runs?.thread.close()]);
  }
}

/** The folders of models that read and write texts. */
function textModelsOf(models: Models) {
  return {
    languageModels: models.foldersOf('language'),
    labellers: models.foldersOf('sequence', ({ seesPictures }) => !seesPictures),
  };
}
