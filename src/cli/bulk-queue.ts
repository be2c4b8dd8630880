/** What the commands of `caption bulk` share: the queue's address, a connection to it, and the captioner. */
import { type Command, Option } from 'commander';
import { RedisAddress } from '../bulk/address.ts';
import { connect, type RedisConnection } from '../bulk/connection.ts';
import { modelFingerprint } from '../captioning/bulk/fingerprint.ts';
import type { CaptionWriter } from '../captioning/caption.ts';
import { openCaptioners, shippedCaptioner } from '../captioning/open.ts';
import { openEngine } from '../compute/engine.ts';
import type { Cnn } from '../vision/cnn.ts';
import type { CommonOptions, PictureOptions } from './options.ts';
import type { Status } from './progress.ts';

/** Seconds for which Redis may be away: while people wait, and while machines do. */
export const PATIENCE = { person: 10, machine: 300 };

export interface QueueOptions {
  queue: string;
  quiet?: boolean;
}

export interface ModelOptions extends QueueOptions, CommonOptions, PictureOptions {
  model?: string[];
}

export function addQueueOption(command: Command): Command {
  const option = new Option(
    '--queue <address>',
    'redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], rediss:// with TLS',
  );
  return command.addOption(option.env('REDIS_URL').makeOptionMandatory());
}

/** Runs what needs Redis, which is left in peace afterwards. */
export async function withRedis<T>(queue: string, patience: number, run: (connection: RedisConnection) => Promise<T>) {
  const connection = await connect(new RedisAddress(queue), patience);
  try {
    return await Promise.race([run(connection), connection.lost]);
  } catch (error) {
    throw connection.explained(error);
  } finally {
    connection.close();
  }
}

interface OpenedCaptioner {
  captioner: CaptionWriter;
  cnn: Cnn;
  /** The `modelFingerprint`. */
  model: string;
  folders: readonly string[];
}

export async function openModel(
  { model: folders = [shippedCaptioner()], blas, cnnBackend }: ModelOptions,
  status: Status,
): Promise<OpenedCaptioner> {
  const engine = await openEngine(blas);
  const { captioner, cnn } = await openCaptioners(engine, { folders, cnnBackend });
  status.say(engine.notice);
  return { captioner, cnn, model: await modelFingerprint(cnn, folders), folders };
}
