/** `caption serve`: a page and an API for models. */
import { isIP } from 'node:net';
import { type Command, Option } from 'commander';
import { UsageError } from '../base/errors.ts';
import { kindAt } from '../base/files.ts';
import { shippedCaptioner } from '../captioning/open.ts';
import type { ServerOptions } from '../server/options.ts';
import { startServer } from '../server/server.ts';
import { readToken } from '../server/token-file.ts';
import {
  addCommonOptions,
  addPictureOptions,
  type CommonOptions,
  collect,
  type PictureOptions,
  parseInteger,
} from './options.ts';
import { Status } from './progress.ts';
import { interruptible } from './run.ts';

interface Options extends CommonOptions, PictureOptions {
  model?: string[];
  lm?: string[];
  seq?: string[];
  runs?: string;
  host: string;
  port: number;
  tokenFile?: string;
  token: boolean;
  allowHost?: string[];
  rateLimit?: number;
  log: string;
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

export function addServeCommand(program: Command): void {
  const command = program
    .command('serve')
    .description('a page for photos and texts, and an API that common clients know')
    .option('--model <folder>', 'a captioner; may be given several times (default: the one that ships)', collect)
    .option('--lm <folder>', 'a language model of `lm train`; may be given several times', collect)
    .option('--seq <folder>', 'a labeller of `seq train`; may be given several times', collect)
    .option('--runs <folder>', 'shows the trainings in it, while they run too')
    .option('--host <address>', "address to listen on; others than this machine's need a token", '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 for one that is free', parseInteger(0, 65_535), 8080)
    .option('--token-file <file>', 'a file with the token that clients have to send')
    .option('--no-token', 'lets everybody who reaches the address in')
    .option('--allow-host <name>', 'a name by which clients address it; may be given several times', collect)
    .option('--rate-limit <number>', 'requests that an address may make in a minute', parseInteger(1))
    .addOption(new Option('--log <level>', 'lines of JSON on stderr').choices(LEVELS).default('warn'));
  addPictureOptions(addCommonOptions(command)).action(serveCommand);
}

async function serveCommand(options: Options): Promise<void> {
  const { quiet, host, port, runs, lm = [], seq = [], model = [], blas, cnnBackend, allowHost = [] } = options;
  if (runs !== undefined && (await kindAt(runs)) !== 'folder') {
    throw new UsageError('--runs names no folder', { found: runs });
  }
  const status = new Status(quiet);
  const nothingGiven = model.length + lm.length + seq.length === 0;
  const serverOptions: ServerOptions = {
    captioners: nothingGiven ? [shippedCaptioner()] : model,
    languageModels: lm,
    labellers: seq,
    runs,
    host,
    port,
    token: await tokenOf(options),
    allowedHosts: allowHost,
    rateLimit: options.rateLimit,
    blas,
    cnnBackend,
    log: { level: options.log, stream: process.stderr },
  };
  await interruptible(async (signal) => {
    const server = await startServer(serverOptions);
    if (server.notice !== undefined) status.say(server.notice);
    process.stdout.write(`${server.address}\n`);
    const stopped = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([stopped, server.failed]);
    status.say('stopping: answers what it has begun');
    await server.close();
  });
}

/** The token that clients have to send. @throws UsageError when there is none and others than this machine can ask */
async function tokenOf({ tokenFile, token: wanted, host }: Options): Promise<string | undefined> {
  if (tokenFile !== undefined) return readToken(tokenFile);
  if (!wanted || isLoopback(host)) return undefined;
  throw new UsageError('others than this machine could use the server', {
    found: `--host ${host}`,
    advice: 'Give --token-file FILE, or say --no-token if all who reach it may use it.',
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
