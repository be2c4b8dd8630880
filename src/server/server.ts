/** A server: its threads, its routes, its beginning and its end. Knows no command line, and prints nothing. */
import { readFile } from 'node:fs/promises';
import { InputError, UsageError } from '../base/errors.ts';
import { inPackage } from '../base/files.ts';
import { threadsAllowed } from '../base/platform.ts';
import { pictureLimits } from '../vision/pixels.ts';
import { createApp } from './app.ts';
import { Connections } from './connections.ts';
import type { ServerContext } from './context.ts';
import { Metrics } from './metrics.ts';
import { Models } from './models.ts';
import { type ServerOptions, serverLimits } from './options.ts';
import { Room } from './room.ts';
import { addCaptionRoutes } from './routes/captions.ts';
import { addCompletionRoutes } from './routes/completions.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addLabelRoutes } from './routes/labels.ts';
import { addModelRoutes } from './routes/models.ts';
import { addPageRoutes } from './routes/page.ts';
import { addRunRoutes } from './routes/runs.ts';
import { addTextRoutes } from './routes/texts.ts';
import type { PictureWorks } from './work/pictures.ts';
import { WorkerPool } from './work/pool.ts';
import type { RunWorks } from './work/runs.ts';
import type { TextWorks } from './work/texts.ts';
import { WorkerThread } from './work/thread.ts';

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:8080`. */
  address: string;
  /** One line for the user: which matrix product is used. */
  notice: string | undefined;
  /** Rejected when a thread has ended by itself, a defect: the server is of no use any more. */
  failed: Promise<never>;
  /** Stops taking requests, answers those it has taken, and ends. */
  close(): Promise<void>;
}

/**
 * Threads that write texts, each its own: no token waits for another thread, which may have lost its processor to other
 * work for milliseconds, a hundred times as long as a step takes. Each has the models in its memory.
 */
const MOST_TEXT_THREADS = 4;

/**
 * Starts a server, with all models loaded.
 *
 * @throws InputError when a model can't be loaded, or the port is taken
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const limits = { ...serverLimits, ...options.limits };
  const { blas, cnnBackend, host, port } = options;
  const models = await Models.find({
    captioner: options.captioners,
    language: options.languageModels,
    sequence: options.labellers,
  });
  let fail!: (error: Error) => void;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {}); // where nobody listens
  const pictures = new WorkerThread<PictureWorks>('pictures', fail);
  const textModels = {
    languageModels: models.foldersOf('language'),
    labellers: models.foldersOf('sequence', ({ seesPictures }) => !seesPictures),
  };
  const isWriting = textModels.languageModels.size + textModels.labellers.size > 0;
  const textThreads = isWriting ? Math.min(threadsAllowed(), MOST_TEXT_THREADS) : 1;
  const texts = new WorkerPool<TextWorks>('texts', textThreads, fail);
  const runs =
    options.runs === undefined ? undefined : { root: options.runs, thread: new WorkerThread<RunWorks>('runs', fail) };
  const closeThreads = () => Promise.all([pictures.close(), texts.close(), runs?.thread.close()]);
  try {
    const [seeing, writing] = await Promise.all([
      pictures.call('open', {
        captioners: models.foldersOf('captioner'),
        labellers: models.foldersOf('sequence', ({ seesPictures }) => seesPictures),
        blas,
        cnnBackend,
        limits: { ...pictureLimits, bytes: limits.bytes, pixels: limits.pixels, seconds: 10 },
      }),
      texts.callAll('open', { ...textModels, blas, threads: Math.floor(threadsAllowed() / textThreads) }),
    ]);
    const { version } = JSON.parse(await readFile(inPackage('package.json'), 'utf8')) as { version: string };
    const metrics = new Metrics();
    let ready = true;
    const context: ServerContext = {
      version,
      limits,
      metrics,
      models,
      captioners: seeing.captioners,
      languageModels: writing.languageModels,
      labellers: new Map([...writing.labellers, ...seeing.labellers]),
      pictures,
      texts,
      pictureRoom: new Room('pictures', limits.waiting),
      explainedRoom: new Room('pictures to be explained', limits.explained),
      textRoom: new Room('texts', limits.waiting),
      runs,
      isReady: () => ready,
    };
    metrics.watch(context.pictureRoom, 'pictures');
    metrics.watch(context.textRoom, 'texts');
    const app = await createApp({
      version,
      limits,
      metrics,
      log: options.log,
      rateLimit: options.rateLimit,
      access: { hosts: [host, ...options.allowedHosts], token: options.token },
    });
    const connections = new Connections(app.server);
    addHealthRoutes(app, context);
    addModelRoutes(app, context);
    addCaptionRoutes(app, context);
    addCompletionRoutes(app, context);
    addTextRoutes(app, context);
    addLabelRoutes(app, context);
    addRunRoutes(app, context);
    await addPageRoutes(app);
    const address = await app.listen({ host, port }).catch((error) => {
      throw refusedToListen(error, host, port);
    });
    return {
      address,
      notice: seeing.notice,
      failed,
      async close() {
        ready = false;
        await connections.closeUntil(app.close(), limits.sendingSeconds);
        await closeThreads();
      },
    };
  } catch (error) {
    await closeThreads();
    throw error;
  }
}

function refusedToListen(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new UsageError(`port ${port} is taken`, {
      advice: 'Choose another port, or end what uses it.',
      settings: ['port'],
    });
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new InputError(`can not listen on ${host}, port ${port}`, { found: code, cause: error });
  }
  return error;
}
