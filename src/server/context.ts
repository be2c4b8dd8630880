/** What the routes of a server share. */
import type { Metrics } from './metrics.ts';
import type { Models } from './models.ts';
import type { ServerLimits } from './options.ts';
import type { Room } from './room.ts';
import type { LabellerInfo } from './work/labels.ts';
import type { CaptionerInfo, PictureWorks } from './work/pictures.ts';
import type { WorkerPool } from './work/pool.ts';
import type { RunWorks } from './work/runs.ts';
import type { TextModelInfo, TextWorks } from './work/texts.ts';
import type { WorkerThread } from './work/thread.ts';

export interface ServerContext {
  version: string;
  limits: ServerLimits;
  metrics: Metrics;
  models: Models;
  captioners: ReadonlyMap<string, CaptionerInfo>;
  languageModels: ReadonlyMap<string, TextModelInfo>;
  labellers: ReadonlyMap<string, LabellerInfo>;
  pictures: WorkerThread<PictureWorks>;
  texts: WorkerPool<TextWorks>;
  /** For pictures that wait or are looked at. */
  pictureRoom: Room;
  /** For those of them of which it is asked where their words come from: some take as long as fifty others. */
  explainedRoom: Room;
  /** For texts that wait or are written or read. */
  textRoom: Room;
  /** The folder of trainings, and what reads it; absent where none is shown. */
  runs: { root: string; thread: WorkerThread<RunWorks> } | undefined;
  /** Whether it still takes requests. */
  isReady: () => boolean;
}
