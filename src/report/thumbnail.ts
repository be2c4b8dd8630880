/** Small copies of pictures, for a page that holds them itself. Knows nothing of what is in them. */
import sharp from 'sharp';

export interface Thumbnail {
  /** The picture itself, as a data URI. */
  source: string;
  width: number;
  height: number;
}

/** As many pixels as a picture may have that is described: `pictureLimits` of vision/pixels.ts, which reports don't know. */
const PIXEL_LIMIT = 1_000_000_000;

/**
 * A picture as a small JPEG that stands in the page itself; undefined where it can't be read.
 *
 * @param picture its file, or what has its bytes
 * @param size pixels of the longer side, at most; 160, where it is one of a few in a report
 */
export async function thumbnail(picture: string | { bytes: Uint8Array }, size = 160): Promise<Thumbnail | undefined> {
  try {
    const input = typeof picture === 'string' ? picture : picture.bytes;
    const { data, info } = await sharp(input, { failOn: 'none', limitInputPixels: PIXEL_LIMIT })
      .autoOrient()
      .resize(size, size, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .jpeg({ quality: 70, mozjpeg: true })
      .toBuffer({ resolveWithObject: true });
    return {
      source: `data:image/jpeg;base64,${data.toString('base64')}`,
      width: info.width,
      height: info.height,
    };
  } catch {
    return undefined; // a report is worth having without one of its pictures
  }
}
