/** `lm sample --interactive`: a person's lines go in, what the model writes after each comes out as it is made. */
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { InputError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { SamplingOptions } from '../decoding/sampling.ts';
import { Conversation } from '../language/conversation.ts';
import type { TextModel } from '../language/text-model.ts';
import type { TextLimits, Written } from '../language/write.ts';
import { write } from './output.ts';
import type { Status } from './progress.ts';
import { Exit, ExitCode } from './run.ts';

const PROMPT = '> ';
/** Milliseconds of writing between two turns of all else: of Ctrl-C. */
const TURN = 10;

/**
 * Converses until the input ends (Ctrl-D on a terminal). Ctrl-C ends what is being written, and where nothing is, the
 * program.
 *
 * @throws Exit when Ctrl-C has ended it
 */
export async function converse(
  model: TextModel,
  options: TextLimits & SamplingOptions & { seed: number },
  status: Status,
): Promise<void> {
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const conversation = new Conversation(model);
  const sampling = { ...options, random: new Random(options.seed) };
  const lines = createInterface({ input: process.stdin, ...(terminal && { output: process.stdout }), terminal });
  lines.setPrompt(terminal ? PROMPT : '');
  let writing: AbortController | undefined;
  let [stopped, closed] = [false, false];
  const stop = () => {
    if (writing && !writing.signal.aborted) return writing.abort();
    stopped = true;
    lines.close();
  };
  lines.on('SIGINT', stop); // on a terminal readline hears Ctrl-C, else the process does
  process.on('SIGINT', stop);
  lines.on('close', () => {
    closed = true; // what was read before is still answered
  });
  try {
    lines.prompt();
    for await (const line of lines) {
      writing = new AbortController();
      try {
        await say(conversation.reply(line, options, sampling), writing.signal);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        status.warn(error.message);
      }
      writing = undefined;
      if (stopped) break;
      if (!closed) lines.prompt();
    }
  } finally {
    process.off('SIGINT', stop);
    lines.close();
  }
  if (terminal) await write('\n');
  if (stopped) throw new Exit(ExitCode.interrupted);
}

/** Writes a text as it is made, until it ends or is stopped, and a line end where it has none. */
async function say(pieces: Iterable<Written>, signal: AbortSignal): Promise<void> {
  let last = '';
  let turnAt = performance.now() + TURN;
  for (const { text } of pieces) {
    if (text !== '') {
      await write(text);
      last = text;
    }
    if (performance.now() < turnAt) continue;
    await setImmediate();
    if (signal.aborted) break;
    turnAt = performance.now() + TURN;
  }
  if (!last.endsWith('\n')) await write('\n');
}
