/** What a reader of one format of caption datasets is: how it recognises a dataset, and what it then gives. */

import type { ListedSplit } from './assemble.ts';
import type { DatasetFormat } from './dataset.ts';
import type { Oddities } from './oddities.ts';

export interface DatasetReader {
  /** The file by which a folder is recognised, for the error where no reader recognises it. */
  looksFor: string;
  /** The dataset in a folder; undefined where the folder is not of this format. */
  find(folder: string): Promise<FoundDataset | undefined>;
}

/** A dataset that was recognised by the names of its files, which are not read yet. */
export interface FoundDataset {
  format: DatasetFormat;
  /**
   * @param images folder of the pictures, where they do not lie beside the captions
   * @throws InputError that names the file, and the line, that is not as the format has it
   */
  read(oddities: Oddities, images: string | undefined): Promise<ListedSplit[]>;
}
