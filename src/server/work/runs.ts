/**
 * The thread that reads the logs of trainings, which may be long: they are below one folder, and have the names of their
 * own folders in it. Knows no HTTP.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readTrainingLog, type TrainingLog } from '../../report/training-log.ts';
import { doWork } from './do-work.ts';

/** A training, as the list of them has it. */
export interface Run {
  /** Its folder's name, below the folder of trainings, with `/` between the parts. */
  id: string;
  /** When its log was written to last: a little ago, it is under way. ISO 8601. */
  updated: string;
}

/** How a training went so far. */
export interface RunLog extends Run, Omit<TrainingLog, 'seconds'> {
  /** How long it took so far, pauses left out. */
  seconds: number;
  /** What is trained and how, as its `config.json` says it; null where there is none. */
  config: unknown;
}

export interface RunWorks {
  list: { argument: { root: string }; piece: never; result: Run[] };
  /** @returns undefined where the list has no such training */
  read: { argument: { root: string; id: string; after: number }; piece: never; result: RunLog | undefined };
}

/** How deep below the folder trainings are looked for, and how many folders are looked into. */
const DEPTH = 3;
const MOST = 2000;

/** Logs by their files, as long as the files are the same. */
const logs = new Map<string, { written: string; log: TrainingLog | undefined }>();

doWork<RunWorks>({
  list: async ({ root }) => (await findRuns(root)).map(({ id, updated }) => ({ id, updated })),

  async read({ root, id, after }) {
    const run = (await findRuns(root)).find((one) => one.id === id);
    const log = run && (await logOf(run));
    if (!run || !log) return undefined;
    const isNew = ({ iteration }: { iteration: number }) => iteration > after;
    return {
      id,
      updated: run.updated,
      seconds: log.seconds,
      updates: log.updates.filter(isNew),
      validations: log.validations.filter(isNew),
      samples: log.samples.filter(isNew),
      config: await configIn(run.folder),
    };
  },
});

interface FoundRun extends Run {
  folder: string;
  /** Changes whenever the log does. */
  written: string;
}

/** The trainings below a folder, or in it, those written to last first. */
async function findRuns(root: string): Promise<FoundRun[]> {
  const found: FoundRun[] = [];
  let folders = [{ folder: root, id: '' }];
  for (let depth = 0; depth <= DEPTH && folders.length > 0; depth++) {
    const below: typeof folders = [];
    for (const { folder, id } of folders.slice(0, MOST)) {
      const log = await stat(join(folder, 'log.jsonl')).catch(() => undefined);
      if (log?.isFile()) {
        const updated = log.mtime.toISOString();
        found.push({ id: id || basename(resolve(root)), folder, updated, written: `${log.mtimeMs} ${log.size}` });
      }
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === 'node_modules') continue;
        below.push({ folder: join(folder, entry.name), id: id ? `${id}/${entry.name}` : entry.name });
      }
    }
    folders = below;
  }
  return found.sort((a, b) => b.updated.localeCompare(a.updated));
}

async function logOf({ folder, written }: FoundRun): Promise<TrainingLog | undefined> {
  const known = logs.get(folder);
  if (known?.written === written) return known.log;
  const log = await readTrainingLog(folder);
  logs.set(folder, { written, log });
  return log;
}

/** What a training's config says. */
async function configIn(folder: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
  } catch {
    return null; // none, or half of one
  }
}
