import type { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import type { Caption, CaptionSampling, DecodingOptions } from '../captioning/caption.ts';
import { describePictures } from '../captioning/describe.ts';
import { loadCnnOf, openCaptioners, shippedCaptioner } from '../captioning/open.ts';
import { checkDecoding } from '../captioning/write.ts';
import { openEngine } from '../compute/engine.ts';
import {
  addCaptionSamplingOptions,
  addDecodingOptions,
  addModelsOption,
  type CaptionSamplingFlags,
  type DecodingFlags,
  decodingFrom,
  samplingFrom,
} from './caption-options.ts';
import { findPictures } from './find-pictures.ts';
import {
  addCommonOptions,
  addPictureOptions,
  type CommonOptions,
  type PictureOptions,
  parseAtLeast,
  parseInteger,
} from './options.ts';
import { Status } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';

interface Options extends CommonOptions, PictureOptions, DecodingFlags, CaptionSamplingFlags {
  model?: string[];
  top: number;
  diversity: number;
  json?: boolean;
}

export function addDescribeCommand(program: Command): void {
  const command = program
    .command('describe')
    .description('writes captions for pictures')
    .argument('<file...>', 'pictures, folders, globs; - for standard input');
  addModelsOption(command)
    .option('--top <number>', 'captions for each picture, best first', parseInteger(1), 1)
    .option(
      '--diversity <lambda>',
      'makes the captions of --top differ: what a word loses, in nats, if others have it in the same place',
      parseAtLeast(0),
      0,
    )
    .option('--json', 'one JSON value a picture: {"file","caption","logProb","candidates":[…]}');
  addDecodingOptions(command);
  addCaptionSamplingOptions(command);
  addPictureOptions(addCommonOptions(command)).action(describeCommand);
}

async function describeCommand(args: string[], options: Options): Promise<void> {
  const { model: folders = [shippedCaptioner()], top, cnnBackend, json } = options;
  const decoding = severalFrom(options);
  const status = new Status(options.quiet);
  const { sources, errors } = await findPictures(args);
  for (const error of errors) status.warn(`caption: ${error.message}`);

  let failures = errors.length;
  const cnn = await loadCnnOf(folders[0]!, cnnBackend);
  cnn.load().catch(() => {}); // on WebAssembly beside what follows; a failure is reported when features are needed
  const engine = await openEngine(options.blas);
  const { captioner } = await openCaptioners(engine, { folders, cnn });
  checkDecoding(decoding, captioner.vocabulary);
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

/** How `--top` captions of a picture are written. */
function severalFrom(options: Options): DecodingOptions | CaptionSampling {
  const { sample, top, diversity } = options;
  if (sample) return samplingFrom(options, top);
  const decoding = decodingFrom(options);
  if (diversity === 0) return { ...decoding, beam: Math.max(decoding.beam, top) };
  if (top > 1) return { ...decoding, groups: top, diversity };
  throw new UsageError('--diversity is for several captions', { found: '--top 1', expected: '--top 2 or more' });
}

function jsonLine(file: string, candidates: readonly Caption[]): string {
  const [best] = candidates;
  return `${JSON.stringify({ file, caption: best?.caption, logProb: best?.logProb, candidates })}\n`;
}

/** The captions alone for one picture; for several each line begins with the picture's name. */
function plainLines(file: string, captions: readonly Caption[], several: boolean): string {
  return captions.map(({ caption }) => `${several ? `${file}: ` : ''}${caption}\n`).join('');
}
