/** A page as a reader finds their way in it, for tests of reports. */

/** The headings of its sections, from top to bottom. */
export function headingsOf(page: string): string[] {
  return Array.from(page.matchAll(/<h2>(.*?)<\/h2>/g), ([, heading]) => heading!);
}

/** The text of a section, without tags; nothing where there is no such section. */
export function sectionOf(page: string, heading: string): string {
  const [, content = ''] = new RegExp(`<h2>${heading}</h2>(.*?)</section>`, 's').exec(page) ?? [];
  return content.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}
