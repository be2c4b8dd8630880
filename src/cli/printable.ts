/** Text that a terminal shows as it is and in one line. */

/**
 * Line ends and what terminals take for commands, in names of files above all, become visible: `\\n`, `\\x1b`. All else
 * stays as it is.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (sign) => NAMES[sign] ?? escaped(sign.charCodeAt(0)));
}

/** The same for text of several lines: their ends stay, and tabs. */
export function printableLines(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\u2028\u2029]/gu, printable);
}

const NAMES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(code: number): string {
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
