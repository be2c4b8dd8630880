/** What a reader of one format of caption datasets is: how it recognises a dataset, and what it then gives. */

import type { ListedSplit } from './assemble.ts';
import type { DatasetFormat } from './dataset.ts';
import type { Oddities } from './oddities.ts';

export interface DatasetReader {
  /** The file by which a folder is recognised, for the error where no reader recognises it. */
  looksFor: string;
  /**
   * The dataset in a folder; undefined where the folder is not of this format.
   *
   * @param images folder of the pictures, where they do not lie beside the captions
   */
  find(folder: string, images?: string): Promise<FoundDataset | undefined>;
}

/** How the files of a dataset are read. */
export interface DatasetReading {
  /** What is odd is counted here. */
  oddities: Oddities;
  /** Folder of the pictures, where they do not lie beside the captions. */
  images?: string | undefined;
  /** Of the text files. Default: UTF-8, or what their first bytes say */
  encoding?: string | undefined;
  /** Names of a table's columns, where they are not usual ones. */
  columns?: ColumnNames | undefined;
}

/** Names of the columns of a table. */
export interface ColumnNames {
  picture?: string | undefined;
  text?: string | undefined;
}

/** A dataset that was recognised by the names of its files, which are not read yet. */
export interface FoundDataset {
  format: DatasetFormat;
  /** @throws InputError that names the file, and the line, that is not as the format has it */
  read(reading: DatasetReading): Promise<ListedSplit[]>;
}
