/** `caption alt`: puts alternative texts into documents for pictures that have none, or lists these. */
import { extname } from 'node:path';
import type { Command } from 'commander';
import { counted } from '../base/counted.ts';
import { InputError, UsageError } from '../base/errors.ts';
import { kindAt } from '../base/files.ts';
import { DOCUMENT_ENDINGS, type Document, lineAt, readDocument, writeDocument } from '../captioning/alt/document.ts';
import type { FoundPicture } from '../captioning/alt/found-picture.ts';
import { NOT_THERE, pictureFile } from '../captioning/alt/picture-file.ts';
import { type Caption, decodingDefaults } from '../captioning/caption.ts';
import { describePictures } from '../captioning/describe.ts';
import { openCaptioners, shippedCaptioner } from '../captioning/open.ts';
import { openEngine } from '../compute/engine.ts';
import { addLanguageOption, addModelsOption, decodingOf } from './caption-options.ts';
import { refuseInapplicable } from './given-options.ts';
import { addCommonOptions, addPictureOptions, type CommonOptions, type PictureOptions, parseShare } from './options.ts';
import { write } from './output.ts';
import { filesMatching, isPattern, NO_MATCH } from './patterns.ts';
import { printable } from './printable.ts';
import { Status } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';

interface Options extends CommonOptions, PictureOptions {
  model?: string[];
  language?: string;
  minConfidence: number;
  root?: string;
  check?: boolean;
  dryRun?: boolean;
}

export function addAltCommand(program: Command): void {
  const command = program
    .command('alt')
    .description('puts alternative texts into HTML and Markdown, for pictures that have none')
    .argument('<file...>', "documents, folders, globs ('**/*.html'); what is in node_modules is passed over");
  addModelsOption(command)
    .option('--root <folder>', 'of the site, for pictures whose path begins with /')
    .option('--check', 'changes nothing: lists the pictures without a text, and exits with 1 where there are any')
    .option('--dry-run', 'changes nothing: prints the texts that would be put in')
    .option(
      '--min-confidence <share>',
      'puts in no text that is less sure to fit its picture',
      parseShare({ zero: true, one: true }),
      0,
    );
  addLanguageOption(command, 'language to write, of a captioner that has several, as `de`');
  addPictureOptions(addCommonOptions(command)).action(altCommand);
}

/** A picture without a text, and its file if it has one. */
interface Lacking {
  document: Document;
  picture: FoundPicture;
  /** The document's name and line, and the picture's address. */
  place: string;
  file: string | undefined;
  /** Why it has no file that can be described. */
  without: string;
}

async function altCommand(args: string[], options: Options, command: Command): Promise<void> {
  const { check = false, dryRun = false, root } = options;
  if (check) refuseInapplicable(command, ['dryRun', 'minConfidence', 'model', 'language'], '--check');
  if (root !== undefined && (await kindAt(root)) !== 'folder') {
    throw new UsageError(`--root names no folder`, { found: root });
  }
  const status = new Status(options.quiet);
  const documents = await readDocuments(args, status);
  const lacking = (await Promise.all(documents.read.map((document) => lackingIn(document, root)))).flat();
  let failures = documents.failures;
  if (check) {
    for (const { place } of lacking) await write(`${place} has no alternative text\n`);
    status.say(`${counted(lacking.length, 'picture')} without a text in ${counted(documents.read.length, 'document')}`);
    if (lacking.length + failures > 0) throw new Exit(ExitCode.failed);
    return;
  }
  for (const { place, without, file } of lacking) {
    if (file !== undefined) continue;
    status.warn(`caption: ${place} ${without}`);
    if (without === NOT_THERE) failures++;
  }
  const local = lacking.filter(({ file }) => file !== undefined);
  const captions = await captionsOf(new Set(local.map(({ file }) => file!)), options, status);
  failures += captions.failures;
  const isSure = ({ caption, confidence = 1 }: Caption) => caption !== '' && confidence >= options.minConfidence;
  const described = local.flatMap((one) => {
    const caption = captions.byFile.get(one.file!);
    return caption ? [{ ...one, caption }] : [];
  });
  const sure = described.filter(({ caption }) => isSure(caption));
  let changed = 0;
  for (const document of new Set(sure.map((one) => one.document))) {
    const pictures = sure.filter((one) => one.document === document);
    try {
      if (!dryRun) {
        const texts = new Map(pictures.map(({ picture, caption }) => [picture, caption.caption] as const));
        await writeDocument(document, texts);
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      status.warn(`caption: ${error.message}`);
      failures++;
      continue;
    }
    changed++;
    for (const { place, caption } of pictures) await write(`${place}: ${caption.caption}\n`);
  }
  const unsure = described.length - sure.length;
  if (unsure > 0) status.say(`left out: ${counted(unsure, 'picture')} whose caption is not sure enough`);
  status.say(`${counted(changed, 'document')} ${dryRun ? 'would be changed' : 'changed'}`);
  if (failures > 0) throw new Exit(ExitCode.failed);
}

async function readDocuments(args: readonly string[], status: Status): Promise<{ read: Document[]; failures: number }> {
  const read = new Map<string, Document>();
  let failures = 0;
  const reported = async <Result>(work: Promise<Result>): Promise<Result | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      status.warn(`caption: ${error.message}`);
      failures++;
      return undefined;
    }
  };
  for (const arg of args) {
    for (const path of (await reported(documentsOf(arg))) ?? []) {
      const document = read.has(path) ? undefined : await reported(readDocument(path));
      if (document && document.pictures.length > 0) read.set(path, document);
    }
  }
  return { read: [...read.values()], failures };
}

async function documentsOf(arg: string): Promise<string[]> {
  const kind = await kindAt(arg);
  if (kind === 'file' || (kind === undefined && !(await isPattern(arg)))) return [arg];
  const pattern = kind === 'folder' ? `${arg.replace(/(?<=.)\/$/, '')}/**/*.{${DOCUMENT_ENDINGS}}` : arg;
  const files = await filesMatching(pattern, /\bnode_modules\b/.test(arg) ? [] : ['**/node_modules/**']);
  const found = files.filter((path) => DOCUMENT_ENDINGS.includes(extname(path).slice(1).toLowerCase()));
  if (found.length > 0) return found;
  throw new InputError(`no documents in ${arg}`, {
    found: files.length === 0 && kind === undefined ? NO_MATCH : undefined,
    expected: `files that end in ${DOCUMENT_ENDINGS.join(', ')}`,
  });
}

async function lackingIn(document: Document, root: string | undefined): Promise<Lacking[]> {
  const { path, text, pictures, base } = document;
  return Promise.all(
    pictures.map(async (picture) => {
      const found = await pictureFile(picture.address, { document: path, base, root });
      const address = picture.address.length > 80 ? `${picture.address.slice(0, 80)}…` : picture.address;
      const place = printable(`${path}:${lineAt(text, picture.at)}: ${address}`);
      const [file, without] = 'path' in found ? [found.path, ''] : [undefined, found.without];
      return { document, picture, place, file, without };
    }),
  );
}

/** The best caption of each picture that can be described; a captioner is opened where there is one. */
async function captionsOf(
  files: ReadonlySet<string>,
  { model: folders = [shippedCaptioner()], blas, cnnBackend, language, minConfidence }: Options,
  status: Status,
): Promise<{ byFile: Map<string, Caption>; failures: number }> {
  const byFile = new Map<string, Caption>();
  let failures = 0;
  if (files.size === 0) return { byFile, failures };
  const engine = await openEngine(blas);
  const { captioner, cnn } = await openCaptioners(engine, { folders, cnnBackend });
  const decoding = decodingOf(captioner, folders, { ...decodingDefaults, language }, minConfidence);
  await interruptible(
    async (signal) => {
      const onSkip = ({ error }: { error: InputError }) => {
        failures++;
        status.warn(`caption: ${error.message}`);
      };
      for await (const { name, captions } of describePictures(captioner, cnn, files, { decoding, signal, onSkip })) {
        byFile.set(name, captions[0]!);
        status.update(() => `${byFile.size + failures} of ${files.size} pictures`);
      }
    },
    () => status.say('stopped; no document was changed'),
  );
  return { byFile, failures };
}
