/** The bytes of pictures that are known by the names that were submitted: files below a shared path, or objects in S3. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '../base/errors.ts';
import type { PictureIdentity } from '../captioning/bulk/record.ts';
import { contentHash } from '../vision/feature-cache.ts';
import { readPicture } from '../vision/read-picture.ts';
import { isS3, S3Storage } from './s3.ts';

/** A picture as it was found, or why it can't be read. */
export type QueuedPicture =
  | { picture: PictureIdentity; bytes: Uint8Array }
  | { picture: PictureIdentity; error: string };

/** Reads pictures of the queue. */
export class QueuedPictureReader {
  readonly #root: string;
  #storage: S3Storage | undefined;

  /** @param root the folder in which pictures lie whose paths are relative */
  constructor(root: string) {
    this.#root = root;
  }

  /** @throws InputError when the client of S3 is needed and is not installed */
  async read(name: string): Promise<QueuedPicture> {
    if (isS3(name)) this.#storage ??= new S3Storage();
    try {
      const { bytes, modified } = isS3(name) ? await this.#storage!.read(name) : await this.#readFile(name);
      return { picture: { file: name, hash: contentHash(bytes), bytes: bytes.length, modified }, bytes };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { picture: { file: name }, error: error.message };
    }
  }

  async #readFile(name: string): Promise<{ bytes: Uint8Array; modified: number | undefined }> {
    const path = resolve(this.#root, name);
    const found = await stat(path).catch(() => undefined);
    const bytes = await readPicture(path).catch((error: unknown) => {
      // The reason is collected elsewhere, where the picture has the name that was submitted.
      throw error instanceof InputError ? new InputError(error.message.replaceAll(path, name)) : error;
    });
    return { bytes, modified: found && Math.floor(found.mtimeMs) };
  }

  close(): void {
    this.#storage?.close();
  }
}
