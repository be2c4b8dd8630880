/**
 * Where `caption describe` puts what it says of each picture: on stdout, on a page, beside the picture or into it, into a
 * figure. It does not know how a picture is described.
 */
import type { InputError } from '../base/errors.ts';
import type { Caption } from '../captioning/caption.ts';
import type { DescribedPicture } from '../captioning/describe.ts';
import { descriptionOf } from '../captioning/description/description.ts';
import type { PictureOnPage } from '../captioning/description/description-card.ts';
import type { DescriptionPage } from '../captioning/description/description-page.ts';
import { whereOf } from '../captioning/explained/shown-maps.ts';
import type { Tag } from '../vision/classifier.ts';
import { writeFigure } from './describe-explained.ts';
import type { WrittenTexts } from './describe-write.ts';
import { write } from './output.ts';
import { printable } from './printable.ts';
import type { Status } from './progress.ts';
import { tagsLine } from './tags.ts';

interface OutputOptions {
  /** Captions of a picture, at most, and how sure each must be. */
  top: number;
  minConfidence: number;
  language: string | undefined;
  /** A JSON value a picture on stdout; else a line a caption. */
  json: boolean;
  /** Lines begin with the picture's name. */
  named: boolean;
  tagsOf: ((picture: DescribedPicture) => Promise<Tag[]>) | undefined;
  page: DescriptionPage | undefined;
  texts: WrittenTexts | undefined;
  /** The file of the figure. */
  svg: string | undefined;
}

export class DescriptionOutputs {
  readonly #options: OutputOptions;
  readonly #status: Status;
  readonly #figure: PictureOnPage[] = [];
  /** Pictures that were described. */
  described = 0;
  #skipped = 0;

  constructor(status: Status, options: OutputOptions) {
    this.#status = status;
    this.#options = options;
  }

  /** Pictures that could not be described, and texts that could not be written. */
  get failures(): number {
    return this.#skipped + (this.#options.texts?.failures ?? 0);
  }

  async add(picture: DescribedPicture): Promise<void> {
    const { top, minConfidence, language, json, named, tagsOf, page, texts, svg } = this.#options;
    const { name, source, captions, wordMaps } = picture;
    const tags = await tagsOf?.(picture);
    const where = wordMaps && whereOf(captions[0]!, wordMaps);
    const description = descriptionOf(name, captions, { top, minConfidence }, { language, tags, where });
    const { candidates } = description;
    if (json) await write(`${JSON.stringify(description)}\n`);
    else await write(plainLines(name, candidates, named) + (tags ? tagsLine(tags) : ''));
    const sure = candidates.length > 0 ? candidates : captions.slice(0, top);
    const shown = { name, source, captions: sure, wordMaps, ...(tags && { tags }) };
    await page?.add(shown);
    await texts?.write(name, candidates[0]?.caption);
    if (svg !== undefined) this.#figure.push(shown);
    this.described++;
  }

  /** Tells of a picture that could not be described. */
  skip(error: InputError): void {
    this.#skipped++;
    this.#options.page?.skip({ error });
    this.#status.warn(`caption: ${error.message}`);
  }

  /** Ends what was begun, also where not all pictures were described. */
  async close(): Promise<void> {
    const { page, texts, svg } = this.#options;
    await texts?.close();
    await page?.close();
    if (svg !== undefined && this.#figure.length > 0) {
      await writeFigure(svg, this.#figure);
      this.#status.sayWritten(svg);
    }
  }
}

/** A line for each caption, which begins with the picture's name where there are several pictures. */
function plainLines(file: string, captions: readonly Caption[], named: boolean): string {
  const lines = captions.length > 0 ? captions.map(({ caption }) => caption) : ['(not sure)'];
  return lines.map((line) => `${named ? `${printable(file)}: ` : ''}${line}\n`).join('');
}
