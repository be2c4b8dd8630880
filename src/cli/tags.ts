/** `caption describe --tags`: what the CNN's classifier sees beside what the captioner says. */
import type { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import type { DescribedPicture } from '../captioning/describe.ts';
import type { Engine } from '../compute/engine.ts';
import type { Tag } from '../vision/classifier.ts';
import type { Cnn } from '../vision/cnn.ts';
import type { CnnBackend } from '../vision/cnn-backends.ts';
import { decodePicture } from '../vision/decode.ts';
import { loadTagger } from '../vision/load-cnn.ts';
import { pictureBytes } from '../vision/read-picture.ts';
import { parseInteger } from './options.ts';

/** How many classes `--tags` prints alone. */
const TAGS = 5;

/** Adds `--tags`, whose number may be left out before a picture too: what comes next is its value only if it is a number. */
export function addTagsOption(command: Command): Command {
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (args) => {
    const end = args.includes('--') ? args.indexOf('--') : args.length;
    const isBare = (i: number) => args[i] === '--tags' && i < end && Number.isNaN(Number(args[i + 1] || 'none'));
    return parse(args.map((arg, i) => (isBare(i) ? `--tags=${TAGS}` : arg)));
  };
  return command.option(
    '--tags [number]',
    `the likeliest of ImageNet's 1,000 classes too, as the CNN sees them: ${TAGS}, or so many`,
    parseInteger(1),
  );
}

/** What names `count` classes of described pictures. @throws UsageError when the CNN has no classifier */
export async function openTags(count: number, cnn: Cnn, cnnBackend: CnnBackend, engine: Engine) {
  const tagger = await loadTagger(cnn, cnnBackend, engine);
  if (!tagger) {
    throw new UsageError(`--tags needs a classifier, and the CNN of this captioner, ${cnn.name}, has none`, {
      advice: 'The CNN that ships has one',
    });
  }
  return ({ name, source, features }: DescribedPicture): Promise<Tag[]> =>
    tagger.tags(features, async () => decodePicture(await pictureBytes(source), cnn.preprocessing, name), count);
}

/** A line that stands below a picture's captions. */
export function tagsLine(tags: readonly Tag[]): string {
  return `  ${tags.map(({ name, probability }) => `${name} ${probability.toFixed(2)}`).join(', ')}\n`;
}
