/** `caption describe`: writes captions for pictures. */
import type { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import { type Caption, type CaptionSampling, type DecodingOptions, resolveDecoding } from '../captioning/caption.ts';
import { describePictures } from '../captioning/describe.ts';
import type { PictureOnPage } from '../captioning/description-card.ts';
import { chooseLanguage } from '../captioning/languages.ts';
import { loadCnnOf, openCaptioners, shippedCaptioner } from '../captioning/open.ts';
import type { WordMaps } from '../captioning/word-maps.ts';
import { checkDecoding } from '../captioning/write.ts';
import { openEngine } from '../compute/engine.ts';
import type { Tag } from '../vision/classifier.ts';
import {
  addCaptionSamplingOptions,
  addDecodingOptions,
  addLanguageOption,
  addModelsOption,
  addSurestOption,
  type CaptionSamplingFlags,
  type DecodingFlags,
  decodingFrom,
  refuseUncalibrated,
  samplingFrom,
} from './caption-options.ts';
import { addExplainOptions, explains, whereOf, writeFigure } from './describe-explained.ts';
import { checkPageFile, openDescriptionPage } from './describe-page.ts';
import { findPictures } from './find-pictures.ts';
import { refuseInapplicable } from './given-options.ts';
import {
  addCommonOptions,
  addPictureOptions,
  addVerboseOption,
  type CommonOptions,
  type PictureOptions,
  parseAtLeast,
  parseInteger,
  parseShare,
} from './options.ts';
import { printable } from './printable.ts';
import { Status } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';
import { addTagsOption, openClassifierOf, tagsLine } from './tags.ts';

interface Options extends CommonOptions, PictureOptions, DecodingFlags, CaptionSamplingFlags {
  model?: string[];
  top: number;
  diversity: number;
  minConfidence: number;
  tags?: number;
  json?: boolean;
  html?: string;
  explain?: boolean;
  svg?: string;
  verbose?: boolean;
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
    .option(
      '--min-confidence <share>',
      'leaves out captions that are less sure to fit: "(not sure)", or null in JSON',
      parseShare({ zero: true, one: true }),
      0,
    )
    .option('--json', 'one JSON value a picture: {"file","caption","logProb","confidence","candidates":[…]}')
    .option('--html <file>', 'writes a page too: pictures, captions, each word shaded by how sure it is');
  addExplainOptions(command);
  addTagsOption(command);
  addLanguageOption(command, 'language to write, of a captioner that has several, as `de`');
  addSurestOption(addDecodingOptions(command));
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
  const given = decodingOf(options, command);
  const status = new Status(options.quiet);
  const explain = await explains(options, command);
  if (html !== undefined) await checkPageFile(html);
  const found = await findPictures(args);
  const { sources, errors } = found;
  for (const error of errors) status.warn(`caption: ${error.message}`);
  status.sayLeftOut(found.leftOut, options.verbose);

  let failures = errors.length;
  const engine = await openEngine(options.blas);
  const cnn = await loadCnnOf(folders[0]!, cnnBackend, engine);
  const classifier = most === undefined ? undefined : await openClassifierOf(cnn);
  cnn.load().catch(() => {}); // its files are read beside what follows; a failure is reported at the first picture
  const { captioner } = await openCaptioners(engine, { folders, cnn });
  checkDecoding(given, captioner.vocabulary);
  const language = chooseLanguage(captioner.vocabulary, given.language);
  const resolved = resolveDecoding(given, captioner.isCalibrated(language));
  const decoding = { ...resolved, ...(language !== undefined && { language }) };
  if (minConfidence > 0) refuseUncalibrated(captioner, folders, language);
  status.say(engine.notice);
  const page = html === undefined ? undefined : await openDescriptionPage(html, found, decoding, cnn.name, command);

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
      for await (const { name, source, features, captions, wordMaps } of described) {
        const wanted = captions.slice(0, top);
        const sure = wanted.filter(({ confidence = 0 }) => confidence >= minConfidence);
        const tags = classifier?.tags(features, most);
        if (json) process.stdout.write(jsonLine(name, sure, wanted[0]!, { language, tags, wordMaps }));
        else process.stdout.write(plainLines(name, sure, several) + (tags ? tagsLine(tags) : ''));
        const shown = { name, source, captions: sure.length > 0 ? sure : wanted, wordMaps, ...(tags && { tags }) };
        await page?.add(shown);
        if (svg !== undefined) figure.push(shown);
      }
    } finally {
      await page?.close();
      if (svg !== undefined && figure.length > 0) await writeFigure(svg, figure);
      if (page?.described) status.say(`${page.described} of ${sources.length} pictures are in ${html}`);
    }
  });
  if (failures > 0) throw new Exit(ExitCode.failed);
}

/** How the `--top` captions of a picture are written. @throws UsageError when options contradict each other */
function decodingOf(options: Options, command: Command): DecodingOptions | CaptionSampling {
  const { sample, top, diversity } = options;
  if (sample) return samplingFrom(options, top);
  const decoding = decodingFrom(options);
  if (diversity === 0) return { ...decoding, beam: Math.max(decoding.beam, top) };
  if (top === 1) {
    throw new UsageError('--diversity is for several captions', { found: '--top 1', expected: '--top 2 or more' });
  }
  if (decoding.consensus) refuseInapplicable(command, ['consensus'], '--diversity, which draws no captions');
  return { ...decoding, groups: top, diversity };
}

/**
 * @param candidates those that are sure enough, best first
 * @param first the best, whose confidence is told even where it is left out
 * @param more `language` is left out of a captioner that has none, `tags` where they are not wanted
 */
function jsonLine(
  file: string,
  candidates: readonly Caption[],
  first: Caption,
  {
    language,
    tags,
    wordMaps,
  }: { language: string | undefined; tags: readonly Tag[] | undefined; wordMaps: WordMaps | undefined },
): string {
  const { caption, logProb, confidence } = candidates[0] ?? { ...first, caption: null, logProb: null };
  const line = { file, language, caption, logProb, confidence, tags, candidates, ...whereOf(first, wordMaps) };
  return `${JSON.stringify(line)}\n`;
}

/** A line for each caption, which begins with the picture's name where there are several pictures. */
function plainLines(file: string, captions: readonly Caption[], several: boolean): string {
  const lines = captions.length > 0 ? captions.map(({ caption }) => caption) : ['(not sure)'];
  return lines.map((line) => `${several ? `${printable(file)}: ` : ''}${line}\n`).join('');
}
