/** A server: its routes, its beginning and its end. Knows no command line, and prints nothing. */
import { readFile } from 'node:fs/promises';
import { InputError, UsageError } from '../base/errors.ts';
import { inPackage } from '../base/files.ts';
import { type App, createApp } from './app.ts';
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
import { ServerThreads } from './threads.ts';

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
 * Starts a server, with all models loaded.
 *
 * @throws InputError when a model can't be loaded, or the port is taken
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const limits = { ...serverLimits, ...options.limits };
  const { host, port } = options;
  const models = await Models.find({
    captioner: options.captioners,
    language: options.languageModels,
    sequence: options.labellers,
  });
  const threads = new ServerThreads(models, options.runs);
  try {
    const { notice, ...loaded } = await threads.open(options, limits);
    const { version } = JSON.parse(await readFile(inPackage('package.json'), 'utf8')) as { version: string };
    const metrics = new Metrics();
    let ready = true;
    const context: ServerContext = {
      version,
      limits,
      metrics,
      models,
      ...loaded,
      pictures: threads.pictures,
      texts: threads.texts,
      pictureRoom: new Room('pictures', limits.waiting),
      explainedRoom: new Room('pictures to be explained', limits.explained),
      textRoom: new Room('texts', limits.waiting),
      runs: threads.runs,
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
    await addRoutes(app, context);
    const address = await app.listen({ host, port }).catch((error) => {
      throw refusedToListen(error, host, port);
    });
    return {
      address,
      notice,
      failed: threads.failed,
      async close() {
        ready = false;
        await connections.closeUntil(app.close(), limits.sendingSeconds);
        await threads.close();
      },
    };
  } catch (error) {
    await threads.close();
    throw error;
  }
}

async function addRoutes(app: App, context: ServerContext): Promise<void> {
  addHealthRoutes(app, context);
  addModelRoutes(app, context);
  addCaptionRoutes(app, context);
  addCompletionRoutes(app, context);
  addTextRoutes(app, context);
  addLabelRoutes(app, context);
  addRunRoutes(app, context);
  await addPageRoutes(app);
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
