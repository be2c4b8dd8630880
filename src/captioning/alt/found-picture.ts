/** A picture in a document that has no alternative text, and where that would stand. Knows no syntax. */

export interface FoundPicture {
  /** What it is called in the document: an address or a path, as it is meant (entities and escapes are undone). */
  address: string;
  /** The place in the text at which its tag or brackets begin. */
  at: number;
  /** What the alternative text is put in place of: from and to these places; nothing is there where they are equal. */
  from: number;
  to: number;
  /** How a text stands there: with its escapes, and in HTML with the name of the attribute. */
  write: (text: string) => string;
}

/** The pictures of a document that lack a text; what relative addresses in it are relative to, where it says that. */
export interface PicturesInMarkup {
  pictures: FoundPicture[];
  base?: string | undefined;
}
