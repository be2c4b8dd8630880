/** `caption describe`: writes captions for pictures. */
import type { Command } from 'commander';
import { modelFingerprint } from '../captioning/bulk/fingerprint.ts';
import type { Caption, DecodingOptions } from '../captioning/caption.ts';
import { type DescriptionFlags, describingBy } from '../captioning/decoding-flags.ts';
import { describeBatches, describePictures } from '../captioning/describe.ts';
import { descriptionOf } from '../captioning/description.ts';
import type { PictureOnPage } from '../captioning/description-card.ts';
import { loadCnnOf, openCaptioners, shippedCaptioner } from '../captioning/open.ts';
import { whereOf } from '../captioning/shown-maps.ts';
import { openEngine } from '../compute/engine.ts';
import {
  addCaptionSamplingOptions,
  addDescribingOptions,
  addModelsOption,
  addTopOptions,
  decodingOf,
} from './caption-options.ts';
import {
  addExplainOptions,
  checkExplainedBy,
  type ExplainOptions,
  explains,
  writeFigure,
} from './describe-explained.ts';
import { addOutOptions, checkOut, describeToFile, type OutOptions } from './describe-out.ts';
import { checkPageFile, openDescriptionPage } from './describe-page.ts';
import { addWriteOptions, checkWrite, openTexts, type WriteFlags } from './describe-write.ts';
import { findPictures } from './find-pictures.ts';
import {
  addCommonOptions,
  addPictureOptions,
  addVerboseOption,
  type CommonOptions,
  type PictureOptions,
} from './options.ts';
import { printable } from './printable.ts';
import { Status } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';
import { addTagsOption, openTags, tagsLine } from './tags.ts';

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
  const {
    model: folders = [shippedCaptioner()],
    top,
    minConfidence,
    tags: most,
    cnnBackend,
    json,
    html,
    svg,
  } = options;
  const given = describingBy(options);
  checkOut(options, command);
  checkWrite(options, command);
  const status = new Status(options.quiet);
  const explain = await explains(options, command);
  if (html !== undefined) await checkPageFile(html);
  const found = await findPictures(args);
  const { errors } = found;
  for (const error of errors) status.warn(`caption: ${error.message}`);
  status.sayLeftOut(found.leftOut, options.verbose);

  const texts = await openTexts(options, status);
  const sources = (await texts?.lacking(found.sources)) ?? found.sources;
  let failures = errors.length;
  const engine = await openEngine(options.blas);
  const cnn = await loadCnnOf(folders[0]!, cnnBackend, engine);
  const tagsOf = most === undefined ? undefined : await openTags(most, cnn, cnnBackend, engine);
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
      layout: { top, minConfidence, words: json ?? false, language },
      status,
    });
    return;
  }
  const page =
    html === undefined
      ? undefined
      : await openDescriptionPage(html, { ...found, sources }, decoding, cnn.name, command);

  await interruptible(async (signal) => {
    const several = args.length > 1 || sources.length > 1;
    const described = describePictures(captioner, cnn, sources, {
      decoding,
      explain,
      signal,
      onSkip({ error }) {
        failures++;
        page?.skip({ error });
        status.warn(`caption: ${error.message}`);
      },
    });
    const figure: PictureOnPage[] = [];
    try {
      for await (const picture of described) {
        const { name, source, captions, wordMaps } = picture;
        const tags = await tagsOf?.(picture);
        const where = wordMaps && whereOf(captions[0]!, wordMaps);
        const description = descriptionOf(name, captions, { top, minConfidence }, { language, tags, where });
        const { candidates } = description;
        if (json) process.stdout.write(`${JSON.stringify(description)}\n`);
        else process.stdout.write(plainLines(name, candidates, several) + (tags ? tagsLine(tags) : ''));
        const sure = candidates.length > 0 ? candidates : captions.slice(0, top);
        const shown = { name, source, captions: sure, wordMaps, ...(tags && { tags }) };
        await page?.add(shown);
        await texts?.write(name, candidates[0]?.caption);
        if (svg !== undefined) figure.push(shown);
      }
    } finally {
      await texts?.close();
      await page?.close();
      if (svg !== undefined && figure.length > 0) await writeFigure(svg, figure);
      if (page?.described) status.say(`${page.described} of ${sources.length} pictures are in ${html}`);
    }
  });
  if (failures + (texts?.failures ?? 0) > 0) throw new Exit(ExitCode.failed);
}

/** A line for each caption, which begins with the picture's name where there are several pictures. */
function plainLines(file: string, captions: readonly Caption[], several: boolean): string {
  const lines = captions.length > 0 ? captions.map(({ caption }) => caption) : ['(not sure)'];
  return lines.map((line) => `${several ? `${printable(file)}: ` : ''}${line}\n`).join('');
}
