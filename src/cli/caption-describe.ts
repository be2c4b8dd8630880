/** `caption describe`: writes captions for pictures. */
import type { Command } from 'commander';
import { modelFingerprint } from '../captioning/bulk/fingerprint.ts';
import { type Caption, type CaptionSampling, type DecodingOptions, resolveDecoding } from '../captioning/caption.ts';
import { describeBatches, describePictures } from '../captioning/describe.ts';
import { chooseLanguage } from '../captioning/languages.ts';
import { loadCnnOf, openCaptioners, shippedCaptioner } from '../captioning/open.ts';
import { checkDecoding } from '../captioning/write.ts';
import { openEngine } from '../compute/engine.ts';
import {
  addCaptionSamplingOptions,
  addDecodingOptions,
  addLanguageOption,
  addModelsOption,
  addSurestOption,
  addTopOptions,
  type CaptionSamplingFlags,
  refuseUncalibrated,
  samplingFrom,
  searchFrom,
  type TopFlags,
} from './caption-options.ts';
import { addOutOptions, checkOut, describeToFile, type OutOptions } from './describe-out.ts';
import { checkPageFile, openDescriptionPage } from './describe-page.ts';
import { addWriteOptions, checkWrite, openTexts, type WriteOptions } from './describe-write.ts';
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

interface Options extends CommonOptions, PictureOptions, TopFlags, CaptionSamplingFlags, OutOptions, WriteOptions {
  model?: string[];
  json?: boolean;
  html?: string;
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
  addLanguageOption(command, 'language to write, of a captioner that has several, as `de`');
  addSurestOption(addDecodingOptions(command));
  addCaptionSamplingOptions(command);
  addPictureOptions(addCommonOptions(addVerboseOption(command))).action(describeCommand);
}

async function describeCommand(args: string[], options: Options, command: Command): Promise<void> {
  const { model: folders = [shippedCaptioner()], top, minConfidence, cnnBackend, json, html } = options;
  const given = decodingOf(options, command);
  checkOut(options, command);
  checkWrite(options, command);
  const status = new Status(options.quiet);
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
  cnn.load().catch(() => {}); // its files are read beside what follows; a failure is reported at the first picture
  const { captioner } = await openCaptioners(engine, { folders, cnn });
  checkDecoding(given, captioner.vocabulary);
  const language = chooseLanguage(captioner.vocabulary, given.language);
  const resolved = resolveDecoding(given, captioner.isCalibrated(language));
  const decoding = { ...resolved, ...(language !== undefined && { language }) };
  if (minConfidence > 0) refuseUncalibrated(captioner, folders, language);
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
      signal,
      onSkip({ error }) {
        failures++;
        page?.skip({ error });
        status.warn(`caption: ${error.message}`);
      },
    });
    try {
      for await (const { name, source, captions } of described) {
        const wanted = captions.slice(0, top);
        const sure = wanted.filter(({ confidence = 0 }) => confidence >= minConfidence);
        process.stdout.write(json ? jsonLine(name, sure, wanted[0]!, language) : plainLines(name, sure, several));
        await page?.add({ name, source, captions: sure.length > 0 ? sure : wanted });
        await texts?.write(name, sure[0]?.caption);
      }
    } finally {
      await texts?.close();
      await page?.close();
      if (page?.described) status.say(`${page.described} of ${sources.length} pictures are in ${html}`);
    }
  });
  if (failures + (texts?.failures ?? 0) > 0) throw new Exit(ExitCode.failed);
}

/** How the `--top` captions of a picture are written. @throws UsageError when options contradict each other */
function decodingOf(options: Options, command: Command): DecodingOptions | CaptionSampling {
  if (options.sample) return samplingFrom(options, options.top);
  return searchFrom(options, command);
}

/**
 * @param candidates those that are sure enough, best first
 * @param first the best, whose confidence is told even where it is left out
 * @param language left out of a captioner that has none
 */
function jsonLine(file: string, candidates: readonly Caption[], first: Caption, language: string | undefined): string {
  const { caption, logProb, confidence } = candidates[0] ?? { ...first, caption: null, logProb: null };
  return `${JSON.stringify({ file, language, caption, logProb, confidence, candidates })}\n`;
}

/** A line for each caption, which begins with the picture's name where there are several pictures. */
function plainLines(file: string, captions: readonly Caption[], several: boolean): string {
  const lines = captions.length > 0 ? captions.map(({ caption }) => caption) : ['(not sure)'];
  return lines.map((line) => `${several ? `${printable(file)}: ` : ''}${line}\n`).join('');
}
