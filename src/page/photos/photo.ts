/** A photo on the page and what has become of it. Knows no element. */
import type { Description } from '../../server/api.ts';

export type PhotoState =
  | { kind: 'waiting' }
  | { kind: 'looking' }
  | { kind: 'described'; description: Description }
  | { kind: 'failed'; reason: string };

export interface Photo {
  readonly file: File;
  readonly name: string;
  state: PhotoState;
}

/** What of a photo is written into files. */
export interface PhotoResult {
  name: string;
  state: PhotoState;
}

/** Those photos with which something has come out, as `describe --json` tells them, or with what went wrong. */
export function toJson(photos: readonly PhotoResult[]): string {
  const told = photos.flatMap(({ name, state }): object[] => {
    if (state.kind === 'described') return [state.description];
    return state.kind === 'failed' ? [{ file: name, error: state.reason }] : [];
  });
  return `${JSON.stringify(told, undefined, 2)}\n`;
}

/** The same as a table, a photo a line (RFC 4180). */
export function toCsv(photos: readonly PhotoResult[]): string {
  const lines = photos.flatMap(({ name, state }) => {
    if (state.kind === 'failed') return [[name, '', '', '', '', state.reason]];
    if (state.kind !== 'described') return [];
    const { caption, confidence, language, candidates } = state.description;
    const others = candidates.slice(1).map((candidate) => candidate.caption);
    return [[name, caption ?? '', confidence?.toFixed(4) ?? '', language ?? '', others.join('; '), '']];
  });
  const head = ['file', 'caption', 'confidence', 'language', 'others', 'error'];
  return [head, ...lines].map((line) => `${line.map(quoted).join(',')}\r\n`).join('');
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
