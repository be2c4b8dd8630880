/** Numbers of things in words, for lines that people read. */

/** "1 picture", "1,234 pictures" */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
