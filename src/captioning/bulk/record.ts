/**
 * What a file of captions holds of each picture, and how that stands in a line: JSON, or comma-separated values. The lines
 * are what `caption describe --json` writes, less the figures of each word unless they are asked for, so that datasets can
 * be read from them. Knows no file and no pictures.
 */
import type { Caption } from '../caption.ts';
import { descriptionOf } from '../description/description.ts';

/** A picture's bytes as a file system and their content tell them apart. */
export interface PictureIdentity {
  /** The picture's name: its path as it was found. */
  file: string;
  /** Its `contentHash`; none where it could not be read. */
  hash?: string | undefined;
  /** Its size, and when it was last changed in milliseconds since 1970; none where it is no file that is there. */
  bytes?: number | undefined;
  modified?: number | undefined;
}

/** A picture with its captions, or the reason why it has none. */
export type CaptionRecord = PictureIdentity & ({ captions: readonly Caption[] } | { error: string });

/** Which of a picture's captions stand in its line, and how much of them. */
export interface RecordLayout {
  /** Captions of a picture, at most. */
  top: number;
  /** A caption that is less sure is left out. */
  minConfidence: number;
  /** Whether each word has its figures. */
  words: boolean;
  /** The tag of the captions' language; none of a captioner that has none. */
  language?: string | undefined;
}

/** What a line is known by when it is read again. */
export interface StoredRecord extends PictureIdentity {
  /** Whether it tells why there are no captions. */
  failed: boolean;
  /** The `fingerprint` of what has written it. */
  by: string;
}

/** How records stand in a file. A record ends with a line end; in CSV not with one that stands in quotes. */
export interface RecordFormat {
  /** The first line, where there is one. */
  readonly header: string;
  /** Whether quotes may hold line ends. */
  readonly quoted: boolean;
  /** The record as a line, with its end. */
  format(record: CaptionRecord): string;
  /** @param line without its end @returns undefined where it is no record */
  parse(line: string): StoredRecord | undefined;
  /** The line of a picture with the same content under another name. @param line of a record, without its end */
  rename(line: string, picture: PictureIdentity): string;
}

/** What `descriptionOf` says of a picture, its figures rounded, and no more than the layout wants. */
function said({ file, captions }: { file: string; captions: readonly Caption[] }, layout: RecordLayout) {
  const { caption, logProb, confidence, candidates } = descriptionOf(file, captions, layout);
  const { top, words } = layout;
  const figures = candidates.map(rounded);
  const shown = words ? figures : figures.map(({ words: _, ...candidate }) => candidate);
  return {
    caption,
    logProb: logProb === null ? null : round(logProb),
    confidence: confidence === undefined ? undefined : round(confidence),
    candidates: top > 1 || words ? shown : undefined,
  };
}

/**
 * Figures to four decimals: more of them are noise of the last bits, which change with the pictures that are described
 * together.
 */
export function rounded({ caption, logProb, confidence, words }: Caption): Caption {
  const figures = (of: { logProb: number; confidence?: number }) => ({
    logProb: round(of.logProb),
    ...(of.confidence !== undefined && { confidence: round(of.confidence) }),
  });
  return {
    caption,
    ...figures({ logProb, ...(confidence !== undefined && { confidence }) }),
    words: words.map((word) => ({ word: word.word, ...figures(word) })),
  };
}

const round = (figure: number): number => Number(figure.toFixed(4));

/** A JSON object a line. @param by the `fingerprint` that each line bears */
export function jsonLines(layout: RecordLayout, by: string): RecordFormat {
  const { language } = layout;
  return {
    header: '',
    quoted: false,
    format(record) {
      const { file, hash, bytes, modified } = record;
      const content = 'error' in record ? { caption: null, error: record.error } : said(record, layout);
      return `${JSON.stringify({ file, language, ...content, hash, bytes, modified, by })}\n`;
    },
    parse(line) {
      const fields = jsonObject(line);
      if (typeof fields?.['file'] !== 'string' || typeof fields['by'] !== 'string') return undefined;
      const { file, hash, bytes, modified, by } = fields as unknown as StoredRecord;
      return { file, hash, bytes, modified, by, failed: fields['error'] !== undefined };
    },
    rename: (line, { file, bytes, modified }) => `${JSON.stringify({ ...jsonObject(line), file, bytes, modified })}\n`,
  };
}

function jsonObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Comma-separated values (RFC 4180) below a line of their names; `caption2` and so on hold the captions after the best. */
export function commaSeparated(layout: RecordLayout, by: string): RecordFormat {
  const { top, language } = layout;
  const others = Array.from({ length: top - 1 }, (_, i) => `caption${i + 2}`);
  const names = [
    'file',
    'caption',
    ...others,
    'confidence',
    ...(language === undefined ? [] : ['language']),
    'error',
    'hash',
    'bytes',
    'modified',
    'by',
  ];
  const line = (fields: Readonly<Record<string, unknown>>) =>
    `${names.map((name) => csvField(String(fields[name] ?? ''))).join(',')}\n`;
  const fieldsOf = (text: string): Record<string, string> | undefined => {
    const fields = csvFields(text);
    if (fields?.length !== names.length) return undefined;
    return Object.fromEntries(names.map((name, i) => [name, fields[i]!]));
  };
  return {
    header: `${names.join(',')}\n`,
    quoted: true,
    format(record) {
      const { file, hash, bytes, modified } = record;
      const same = { file, language, hash, bytes, modified, by };
      if ('error' in record) return line({ ...same, error: record.error });
      const { caption, confidence, candidates = [] } = said(record, layout);
      const further = others.map((name, i) => [name, candidates[i + 1]?.caption]);
      return line({ ...same, caption, confidence, ...Object.fromEntries(further) });
    },
    parse(text) {
      const fields = fieldsOf(text);
      if (!fields) return undefined;
      const { file = '', error, hash, bytes, modified, by = '' } = fields;
      const number = (field: string | undefined) => (field ? Number(field) : undefined);
      return {
        file,
        hash: hash || undefined,
        bytes: number(bytes),
        modified: number(modified),
        by,
        failed: error !== '',
      };
    },
    rename: (text, { file, bytes, modified }) => line({ ...fieldsOf(text), file, bytes, modified }),
  };
}

function csvField(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The fields of a record; undefined where its quotes are not those of CSV. */
function csvFields(line: string): string[] | undefined {
  const fields: string[] = [];
  const field = /(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|$)/y;
  for (;;) {
    const found = field.exec(line);
    if (!found) return undefined;
    fields.push(found[1]?.replaceAll('""', '"') ?? found[2]!);
    if (found[3] === '') return fields;
  }
}
