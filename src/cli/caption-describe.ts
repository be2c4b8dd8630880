/** `caption describe`: writes captions for pictures. */
import type { Command } from 'commander';
import { counted } from '../base/counted.ts';
import { modelFingerprint } from '../captioning/bulk/fingerprint.ts';
import type { DecodingOptions } from '../captioning/caption.ts';
import { type DescriptionFlags, describingBy } from '../captioning/decoding-flags.ts';
import { describeBatches, describePictures } from '../captioning/describe.ts';
import { loadCnnOf, openCaptioners, shippedCaptioner } from '../captioning/open.ts';
import { openEngine } from '../compute/engine.ts';
import type { FailedPicture } from '../vision/extract.ts';
import {
  addCaptionSamplingOptions,
  addDescribingOptions,
  addModelsOption,
  addTopOptions,
  decodingOf,
} from './caption-options.ts';
import { addExplainOptions, checkExplainedBy, type ExplainOptions, explains } from './describe-explained.ts';
import { addOutOptions, checkOut, describeToFile, type OutOptions } from './describe-out.ts';
import { DescriptionOutputs } from './describe-outputs.ts';
import { checkPageFile, openDescriptionPage } from './describe-page.ts';
import { addWriteOptions, checkWrite, openTexts, type WriteFlags } from './describe-write.ts';
import { findPictures, sayFound } from './find-pictures.ts';
import {
  addCommonOptions,
  addPictureOptions,
  addVerboseOption,
  type CommonOptions,
  type PictureOptions,
} from './options.ts';
import { Status } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';
import { addTagsOption, openTags } from './tags.ts';

interface Options extends CommonOptions, PictureOptions, DescriptionFlags, OutOptions, WriteFlags, ExplainOptions {
  model?: string[];
  minConfidence: number;
  tags?: number;
  verbose?: boolean;
}

export function addDescribeCommand(program: Command): void {
  const command = program
    .command('describe')
    .description('writes captions for pictures')
    .argument('<file...>', 'pictures, folders, globs; - for standard input');
  addTopOptions(addModelsOption(command))
    .option('--json', 'one JSON value a picture: {"file","caption","logProb","confidence","candidates":[…]}')
    .option('--html <file>', 'writes a page too: pictures, captions, each word shaded by how sure it is');
  addWriteOptions(addOutOptions(command));
  addExplainOptions(command);
  addTagsOption(command);
  addDescribingOptions(command);
  addCaptionSamplingOptions(command);
  addPictureOptions(addCommonOptions(addVerboseOption(command))).action(describeCommand);
}

async function describeCommand(args: string[], options: Options, command: Command): Promise<void> {
  const { model: folders = [shippedCaptioner()], top, minConfidence, cnnBackend, json = false, html, svg } = options;
  const given = describingBy(options);
  checkOut(options, command);
  checkWrite(options, command);
  const status = new Status(options.quiet);
  const explain = explains(options, command);
  if (html !== undefined) checkPageFile(html);
  const found = await findPictures(args);
  const { errors } = found;
  sayFound(found, status, options);

  const texts = await openTexts(options, status);
  const sources = (await texts?.lacking(found.sources)) ?? found.sources;
  const engine = await openEngine(options.blas);
  const cnn = await loadCnnOf(folders[0]!, cnnBackend, engine);
  const tagsOf = options.tags === undefined ? undefined : await openTags(options.tags, cnn, cnnBackend, engine);
  cnn.load().catch(() => {}); // its files are read beside what follows; a failure is reported at the first picture
  const { captioner } = await openCaptioners(engine, { folders, cnn });
  checkExplainedBy(explain, captioner);
  const decoding = decodingOf(captioner, folders, given, minConfidence);
  const { language } = decoding;
  status.say(engine.notice);
  if (options.out !== undefined) {
    await describeToFile(options, {
      sources,
      missing: errors.length,
      describe: (pictures, signal) => describeBatches(captioner, cnn, pictures, { decoding, signal }),
      model: await modelFingerprint(cnn, folders),
      decoding: decoding as DecodingOptions, // --sample is refused
      layout: { top, minConfidence, words: json, language },
      status,
    });
    return;
  }
  const page =
    html === undefined
      ? undefined
      : await openDescriptionPage(html, { ...found, sources }, decoding, cnn.name, command);
  const named = args.length > 1 || sources.length > 1;
  const outputs = new DescriptionOutputs(status, {
    top,
    minConfidence,
    language,
    json,
    named,
    tagsOf,
    page,
    texts,
    svg,
  });
  await interruptible(
    async (signal) => {
      const onSkip = ({ error }: FailedPicture) => outputs.skip(error);
      try {
        const described = describePictures(captioner, cnn, sources, { decoding, explain, signal, onSkip });
        for await (const picture of described) await outputs.add(picture);
      } finally {
        await outputs.close();
        if (page?.described) status.say(`${page.described} of ${sources.length} pictures are in ${html}`);
      }
    },
    () => status.say(`stopped; ${outputs.described} of ${counted(sources.length, 'picture')} were described`),
  );
  if (errors.length + outputs.failures > 0) throw new Exit(ExitCode.failed);
}
