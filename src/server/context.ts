/** What the routes of a server share. */
import type { Metrics } from './metrics.ts';
import type { Models } from './models.ts';
import type { ServerLimits } from './options.ts';
import type { Room } from './room.ts';
import type { CaptionerInfo, PictureWorks } from './work/pictures.ts';
import type { TextModelInfo, TextWorks } from './work/texts.ts';
import type { WorkerThread } from './work/thread.ts';

export interface ServerContext {
  version: string;
  limits: ServerLimits;
  metrics: Metrics;
  models: Models;
  captioners: ReadonlyMap<string, CaptionerInfo>;
  languageModels: ReadonlyMap<string, TextModelInfo>;
  /** Absent where the server has no model that reads pictures. */
  pictures: WorkerThread<PictureWorks> | undefined;
  /** Absent where the server has no model that reads texts. */
  texts: WorkerThread<TextWorks> | undefined;
  /** For pictures that wait or are looked at. */
  pictureRoom: Room;
  /** For texts that wait or are written or read. */
  textRoom: Room;
  /** The folder of trainings. */
  runs: string | undefined;
  /** Whether it still takes requests. */
  isReady: () => boolean;
}
