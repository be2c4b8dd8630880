/** Where the caption of a picture can stand beside it or in it, for other programs to read. Knows no captioner. */

/** A place for captions. */
export interface PictureTexts {
  /** The file that the text of a picture stands in. */
  placeOf(file: string): string;
  /** Whether the picture in a file has a text there. @throws InputError when that can't be told */
  has(file: string): Promise<boolean>;
  /**
   * Puts a text there, in place of what stands there: all of it or, where that can't be, nothing.
   *
   * @throws InputError when it can't be written
   */
  write(file: string, text: string): Promise<void>;
  close(): Promise<void>;
}
