/** `caption search`: finds the pictures that a text fits. */
import type { Command } from 'commander';
import { cacheFolder, writeFileAtomically } from '../base/files.ts';
import { chooseLanguage } from '../captioning/languages.ts';
import { openCaptioner, shippedCaptioner } from '../captioning/open.ts';
import { queryOf, searchPictures } from '../captioning/retrieval/search.ts';
import { seeingCnn } from '../captioning/see.ts';
import { openEngine } from '../compute/engine.ts';
import { extractFeatures } from '../vision/extract.ts';
import { addLanguageOption } from './caption-options.ts';
import { checkPageFile } from './describe-page.ts';
import { findPictures, sayFound } from './find-pictures.ts';
import {
  addCommonOptions,
  addPictureOptions,
  addVerboseOption,
  type CommonOptions,
  type PictureOptions,
  parseInteger,
} from './options.ts';
import { write } from './output.ts';
import { printable } from './printable.ts';
import { FEATURES_STAY, Status } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';

interface Options extends CommonOptions, PictureOptions {
  model?: string;
  language?: string;
  top: number;
  json?: boolean;
  html?: string;
  verbose?: boolean;
}

export function addSearchCommand(program: Command): void {
  const command = program
    .command('search')
    .description('finds the pictures that a text fits, the best first')
    .argument('<text>', "what is to be seen: 'a dog on a beach'")
    .argument('<file...>', 'pictures, folders, globs; - for standard input')
    .option('--model <folder>', 'a model of `caption train` (default: the captioner that ships)')
    .option('--top <number>', 'pictures that are wanted', parseInteger(1), 20)
    .option('--json', 'one JSON value a picture: {"file","score","logProb"}')
    .option('--html <file>', 'writes a page too, on which the pictures found are seen');
  addLanguageOption(command, 'of the text');
  addPictureOptions(addCommonOptions(addVerboseOption(command))).action(searchCommand);
}

async function searchCommand(text: string, args: string[], options: Options): Promise<void> {
  const { model: folder = shippedCaptioner(), language: asked, top, json, html, cnnBackend } = options;
  const status = new Status(options.quiet);
  if (html !== undefined) checkPageFile(html);
  const found = await findPictures(args);
  sayFound(found, status, options);
  const { sources, errors } = found;
  let failures = errors.length;

  const engine = await openEngine(options.blas);
  const { captioner, cnn } = await openCaptioner(engine, { folder, cnnBackend });
  const language = chooseLanguage(captioner.vocabulary, asked);
  const query = queryOf(text, captioner.vocabulary, language);
  if (query.unknown.length > 0) {
    status.warn(`caption: left out, as the captioner does not know it: ${query.unknown.join(', ')}`);
  }
  status.say(engine.notice);
  await interruptible(
    async (signal) => {
      const pictures = extractFeatures(sources, seeingCnn(captioner, cnn), {
        cache: cacheFolder(captioner.grid === undefined ? 'features' : 'maps'),
        signal,
        onSkip({ error }) {
          failures++;
          status.warn(`caption: ${error.message}`);
        },
        onProgress: ({ done }) => status.update(() => `${done} of ${sources.length} pictures`),
      });
      const found = await searchPictures(captioner, query, pictures, { top, language, signal });
      for (const { name, score, logProb } of found) {
        await write(
          json
            ? `${JSON.stringify({ file: name, score, logProb })}\n`
            : `${score.toFixed(2).padStart(7)}  ${printable(name)}\n`,
        );
      }
      if (html !== undefined && found.length > 0) {
        const { searchPage } = await import('../captioning/retrieval/search-page.ts'); // with sharp, which takes its time
        await writeFileAtomically(html, await searchPage(text, found, { unknown: query.unknown, signal }));
        status.say(`${found.length} of ${sources.length} pictures are in ${html}`);
      }
    },
    () => status.say(`stopped; ${FEATURES_STAY}`),
  );
  if (failures > 0) throw new Exit(ExitCode.failed);
}
