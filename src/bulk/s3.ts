/** Pictures in S3-compatible storage. The only file that loads the client of S3, which is optional. */
import type * as Client from '@aws-sdk/client-s3';
import { InputError, reasonOf } from '../base/errors.ts';
import { requireInstalled } from '../base/optional-package.ts';
import { isPictureName, isUnreadPictureName } from '../base/picture-names.ts';
import { kindOf, LeftOut } from '../base/walk.ts';
import { pictureLimits } from '../vision/pixels.ts';
import { refuseLarge } from '../vision/read-picture.ts';

/** An address of an object, or of all whose keys begin so. */
const ADDRESS = /^s3:\/\/([^/]+)(?:\/(.*))?$/s;
/** Milliseconds for a connection, and for an answer. */
const [CONNECT, ANSWER] = [4000, 60_000];

export function isS3(name: string): boolean {
  return name.startsWith('s3://');
}

/** A picture from the storage. */
export interface StoredPicture {
  bytes: Uint8Array;
  /** When it was last changed, in milliseconds since 1970. */
  modified: number | undefined;
}

/**
 * S3, or another storage that speaks its protocol at $AWS_ENDPOINT_URL. Credentials and region come from where all tools
 * of AWS take them: AWS_ACCESS_KEY_ID and so on, ~/.aws, the role of the machine.
 */
export class S3Storage {
  readonly #client: Client.S3Client;
  readonly #package: typeof Client;

  /** @throws InputError when the client is not installed */
  constructor() {
    // Its warning of versions of Node that its later releases will not run on is of no use to who wants captions.
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
    this.#package = requireInstalled('@aws-sdk/client-s3', 'pictures in S3 need') as typeof Client;
    const endpoint = process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'];
    const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
    this.#client = new this.#package.S3Client({
      followRegionRedirects: true,
      maxAttempts: 3,
      requestHandler: { connectionTimeout: CONNECT, requestTimeout: ANSWER },
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true, region: region ?? 'us-east-1' }),
    });
  }

  /**
   * The names of the pictures whose keys begin with what the address does, in the order of their keys.
   *
   * @param address `s3://BUCKET[/PREFIX]`
   * @param unread gets those of formats that are not read
   * @throws InputError when the storage can't be reached, or has no such bucket
   */
  async *list(address: string, unread = new LeftOut()): AsyncGenerator<string> {
    const { bucket, key } = parse(address);
    let token: string | undefined;
    do {
      const command = new this.#package.ListObjectsV2Command({ Bucket: bucket, Prefix: key, ContinuationToken: token });
      const page = await this.#client.send(command).catch((error: unknown) => {
        throw refused(address, error);
      });
      for (const { Key = '' } of page.Contents ?? []) {
        const [name, picture] = [Key.slice(Key.lastIndexOf('/') + 1), `s3://${bucket}/${Key}`];
        if (isPictureName(name)) yield picture;
        else if (isUnreadPictureName(name)) unread.add(kindOf(name), picture);
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  /** @throws InputError when it can't be read, or is too large */
  async read(address: string): Promise<StoredPicture> {
    const { bucket, key } = parse(address);
    try {
      const found = await this.#client.send(new this.#package.GetObjectCommand({ Bucket: bucket, Key: key }));
      refuseLarge(found.ContentLength ?? 0, pictureLimits.bytes, address);
      return { bytes: await found.Body!.transformToByteArray(), modified: found.LastModified?.getTime() };
    } catch (error) {
      throw error instanceof InputError ? error : refused(address, error);
    }
  }

  close(): void {
    this.#client.destroy();
  }
}

function parse(address: string): { bucket: string; key: string } {
  const [, bucket, key = ''] = ADDRESS.exec(address) ?? [];
  if (bucket !== undefined) return { bucket, key };
  throw new InputError(`${address} is no address of pictures`, { expected: 's3://BUCKET[/PREFIX]' });
}

const ADVICE = [
  [/^CredentialsProviderError/, 'Give them by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or by ~/.aws.'],
  [/Region is missing/, 'Name it by AWS_REGION, or another storage by AWS_ENDPOINT_URL.'],
] as const;

function refused(address: string, error: unknown): InputError {
  const name = error instanceof Error ? error.name : '';
  const advice = ADVICE.find(([sign]) => sign.test(`${name} ${reasonOf(error)}`))?.[1];
  const reason = [name === 'Error' ? '' : name, reasonOf(error)].filter(Boolean).join(': ');
  return new InputError(`cannot read ${address}`, { found: reason, advice, cause: error });
}
