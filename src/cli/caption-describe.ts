import type { Command } from 'commander';
import type { Caption } from '../captioning/captioner.ts';
import { describePictures } from '../captioning/describe.ts';
import { openCaptioner } from '../captioning/open.ts';
import { openEngine } from '../compute/engine.ts';
import { addDecodingOptions, type DecodingFlags, decodingFrom } from './caption-options.ts';
import { findPictures } from './find-pictures.ts';
import { addCommonOptions, addPictureOptions, type CommonOptions, integer, type PictureOptions } from './options.ts';
import { Status } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';

interface Options extends CommonOptions, PictureOptions, DecodingFlags {
  model?: string;
  top: number;
  json?: boolean;
}

export function addDescribeCommand(program: Command): void {
  const command = program
    .command('describe')
    .description('writes captions for pictures')
    .argument('<file...>', 'pictures, folders, globs; - for standard input')
    .option('--model <folder>', 'a model of `caption train` (default: the captioner that ships)')
    .option('--top <number>', 'captions for each picture, best first', integer(1), 1)
    .option('--json', 'one JSON value a picture: {"file","caption","logProb","candidates":[…]}');
  addDecodingOptions(command);
  addPictureOptions(addCommonOptions(command)).action(describeCommand);
}

async function describeCommand(args: string[], options: Options): Promise<void> {
  const { model: folder, top, tfjs, json } = options;
  const decoding = { ...decodingFrom(options), beam: Math.max(options.beam, top) };
  const status = new Status(options.quiet);
  const { sources, errors } = await findPictures(args);
  for (const error of errors) status.warn(`caption: ${error.message}`);

  let failures = errors.length;
  const engine = await openEngine(options.blas);
  const { captioner, cnn } = await openCaptioner(engine, { folder, tfjs });
  status.say(engine.notice);

  await interruptible(async (signal) => {
    const several = args.length > 1 || sources.length > 1;
    const described = describePictures(captioner, cnn, sources, {
      decoding,
      signal,
      onSkip({ error }) {
        failures++;
        status.warn(`caption: ${error.message}`);
      },
    });
    for await (const { name, captions } of described) {
      const wanted = captions.slice(0, top);
      process.stdout.write(json ? jsonLine(name, wanted) : plainLines(name, wanted, several));
    }
  });
  if (failures > 0) throw new Exit(ExitCode.failed);
}

function jsonLine(file: string, candidates: readonly Caption[]): string {
  const [best] = candidates;
  return `${JSON.stringify({ file, caption: best?.caption, logProb: best?.logProb, candidates })}\n`;
}

/** The captions alone for one picture; for several each line begins with the picture's name. */
function plainLines(file: string, captions: readonly Caption[], several: boolean): string {
  return captions.map(({ caption }) => `${several ? `${file}: ` : ''}${caption}\n`).join('');
}
