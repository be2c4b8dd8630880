/** Text that is shown character by character: each takes a place, and none does anything else. Knows no colours. */

/**
 * The text with signs for what is not printed: ↵ before a line end, → for a tab, ␛ and the like for control
 * characters, which would move a terminal's cursor and are not allowed in XML.
 */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  return text.replace(/\r\n|[\0-\x1f\x7f-\x9f\ufffe\uffff]/g, (found) => {
    if (found === '\n' || found === '\r\n') return '↵\n';
    if (found === '\t') return '→   ';
    const code = found.charCodeAt(0);
    if (code === 0x7f) return '␡';
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}
