/** A page of described pictures, which is written while they are described. Knows no captioner. */
import { counted } from '../../base/counted.ts';
import type { InputError } from '../../base/errors.ts';
import { certaintyLegend } from '../../report/certainty.ts';
import { GrowingPage } from '../../report/growing-page.ts';
import { Html, html } from '../../report/html.ts';
import { type Fact, facts, formatInteger, pageFrame, section } from '../../report/page.ts';
import type { CaptionSampling, DecodingOptions } from '../caption.ts';
import { decodingFacts, modelsFact } from '../decoding-in-words.ts';
import { explainedLook } from '../explained/explained-frame.ts';
import { explainedLead } from '../explained/shown-maps.ts';
import type { WordMaps } from '../explained/word-maps.ts';
import { descriptionCard, type PictureOnPage } from './description-card.ts';
import { DESCRIPTION_SCRIPT, DESCRIPTION_STYLE } from './description-look.ts';

/** What the page says beside the captions; all of it may be left out. */
export interface DescriptionPageOptions {
  /** Default: "Captions" */
  title?: string;
  /** How many pictures there are, those that can't be read included, so that the page can say what it lacks. */
  pictures?: number;
  /** A caption that is less sure than this, from 0 to 1, is left out: "(not sure)". Default: 0, none */
  minConfidence?: number;
  /** The folders of the models. */
  models?: readonly string[];
  /** The name of the CNN. */
  cnn?: string;
  decoding?: DecodingOptions | CaptionSampling;
  /** The command that has the page written. */
  command?: string;
  /** When they were written. Default: now */
  date?: Date;
}

/** What stands before the pictures of a page and after them. */
interface PageLook {
  head: Html;
  scripts: Html;
  foot: Html;
}

const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' });

const FIGURES =
  'Confidence is the share of captions as sure as this one that fit their pictures, as measured on pictures that nothing was trained on. Where a captioner does not know its confidence, the figure is the probability of a word, the geometric mean over those of the caption and its end.';

const TOOLS = html`<div class="tools" id="tools" role="search" hidden>
<label>Find <input type="search" id="query" autocomplete="off"></label>
<label>Order <select id="order" autocomplete="off">${Object.entries({
  given: 'as given',
  surest: 'surest first',
  unsure: 'least sure first',
  name: 'by name',
}).map(([order, name]) => html`<option value="${order}">${name}</option>`)}</select></label>
<span class="soft" id="found" role="status"></span>
</div>
`;

/** Pictures that are written at once. */
const TOGETHER = 8;
/** Bytes that the line of counts has room for, whatever they are: it is written anew in place. */
const COUNTS = 240;

/**
 * Writes a page of pictures and what is said of them, with nothing loaded from elsewhere: small copies of the pictures,
 * their captions, each word shaded by `confidence` or, where a captioner has none, by its probability; a search, an order
 * by sureness or by name; what could not be read. The page is whole after each few pictures, so that whatever ends the
 * program, what was done is there; memory does not grow with the pictures.
 *
 *     const page = new DescriptionPage('captions.html', { pictures: files.length });
 *     const onSkip = (skipped) => page.skip(skipped);
 *     try {
 *       for await (const picture of describePictures(captioner, cnn, files, { onSkip })) await page.add(picture);
 *     } finally {
 *       await page.close();
 *     }
 */
export class DescriptionPage {
  readonly #page: GrowingPage;
  readonly #options: DescriptionPageOptions;
  readonly #date: Date;
  readonly #unread: string[] = [];
  #waiting: Promise<Html>[] = [];
  #described = 0;
  /** How the places of words were found, where they are shown. */
  #explained: WordMaps['by'] | undefined;
  /** What stands around the pictures, from when the first are written. */
  #look: PageLook | undefined;

  /** @param file which is replaced when the first pictures are written; its folder is made where there is none */
  constructor(file: string, options: DescriptionPageOptions = {}) {
    this.#page = new GrowingPage(file);
    this.#options = options;
    this.#date = options.date ?? new Date();
  }

  /** How many pictures were added, those that the file does not show yet included. */
  get described(): number {
    return this.#described + this.#waiting.length;
  }

  /**
   * Adds a picture after the others, with all its captions.
   *
   * @throws InputError when the page can't be written; it then holds what was written before
   */
  async add(picture: PictureOnPage): Promise<void> {
    this.#explained ??= picture.wordMaps?.by;
    this.#waiting.push(descriptionCard(picture, this.#options.minConfidence));
    if (this.#waiting.length >= TOGETHER) await this.#write();
  }

  /** Adds a picture that could not be read, to those that are listed with their reasons. */
  skip({ error }: { error: InputError }): void {
    this.#unread.push(error.message);
  }

  /** Writes what is left; nothing where there was no picture at all. @throws InputError as `add` */
  async close(): Promise<void> {
    try {
      if (this.described + this.#unread.length > 0) await this.#write();
    } finally {
      await this.#page.close();
    }
  }

  async #write(): Promise<void> {
    const cards = await Promise.all(this.#waiting);
    const described = this.#described + cards.length;
    this.#look ??= await this.#openLook();
    await this.#page.write(this.#head(described, this.#look), cards.join(''), this.#foot(this.#look));
    this.#described = described;
    this.#waiting = [];
  }

  async #openLook(): Promise<PageLook> {
    const explained = this.#explained && (await explainedLook());
    const lead = html`Words are shaded by how sure the captioner is of them: ${certaintyLegend()}`;
    const style = new Html(`${DESCRIPTION_STYLE.text}${explained?.style.text ?? ''}`);
    const scripts = html`<script>${DESCRIPTION_SCRIPT}</script>\n${explained?.script}\n`;
    return { ...pageFrame(this.#options.title ?? 'Captions', lead, style), scripts };
  }

  #head(described: number, { head }: PageLook): string {
    const counts = html`<p class="soft">${this.#counts(described)}</p>`;
    return html`${head}${new Html(counts.text.padEnd(COUNTS))}
${this.#explained && html`<p class="soft">${explainedLead(this.#explained)}</p>\n`}${TOOLS}<ol class="gallery" id="pictures" role="list" aria-label="Pictures">`
      .text;
  }

  #counts(described: number): Html {
    const { pictures: total = 0 } = this.#options;
    const unread = this.#unread.length;
    const left = total - described - unread;
    return html`${counted(described, 'picture')}${unread > 0 && html`; <a href="#unread">${formatInteger(unread)} could not be read</a>`}${left > 0 && `; ${formatInteger(left)} are to come, unless this was stopped`}.`;
  }

  #foot({ scripts, foot }: PageLook): string {
    return html`</ol>\n${unreadSection(this.#unread)}${this.#howWritten()}${scripts}${foot}`.text;
  }

  #howWritten(): Html {
    return section('How they were written', facts(this.#facts()), html`<p class="soft">${FIGURES}</p>\n`);
  }

  #facts(): Fact[] {
    const { command, models, cnn, decoding, minConfidence = 0 } = this.#options;
    return [
      ...(command === undefined ? [] : [['Command', html`<code>${command}</code>`] as const]),
      ...(models === undefined ? [] : [modelsFact(models)]),
      ...(cnn === undefined ? [] : [['CNN', cnn] as const]),
      ...(decoding === undefined ? [] : decodingFacts(decoding)),
      ...(minConfidence > 0 ? [['Left out', `captions of a confidence below ${minConfidence}`] as const] : []),
      ['Date', DATE.format(this.#date)],
    ];
  }
}

/** What could not be read, each with its reason, which names it. */
function unreadSection(unread: readonly string[]): Html | false {
  if (unread.length === 0) return false;
  const reasons = unread.map((reason) => html`<li>${reason}</li>\n`);
  return html`<div id="unread">${section('Could not be read', html`<ul class="unread">${reasons}</ul>\n`)}</div>\n`;
}
